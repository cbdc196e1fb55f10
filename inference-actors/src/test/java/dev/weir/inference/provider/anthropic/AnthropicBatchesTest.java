package dev.weir.inference.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.JointContract;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.ScriptedUpstream.Request;
import dev.weir.inference.provider.upstream.BatchDesk;
import dev.weir.inference.provider.upstream.BatchDesk.Ask;
import dev.weir.inference.provider.upstream.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One request with all calls, one file with all results. */
class AnthropicBatchesTest extends JointContract {

  @Override
  protected Wire wire() {
    return new MessagesWire();
  }

  @Override
  protected BatchDesk desk() {
    return new MessageBatchDesk();
  }

  @Override
  protected List<String> leftovers() {
    return List.of("/v1/messages/batches/msgbatch_1");
  }

  @Test
  void allCallsAreInOneRequestAndTheResultsAreReadWhereTheBatchIs() {
    ScriptedUpstream upstream = upstream(desk());
    news(joint(upstream));
    Request batch = upstream.requests().getFirst();
    assertThat(batch.line()).isEqualTo("POST /v1/messages/batches HTTP/1.1");
    assertThat(batch.headers())
        .containsEntry("x-api-key", Wire.KEY)
        .containsEntry("anthropic-version", "2023-06-01");
    assertThat(batch.body())
        .startsWith(
            "{\"requests\":[{\"custom_id\":\"c-0\",\"params\":{\"model\":\"m\",\"max_tokens\":10,")
        .doesNotContain("stream");
    assertThat(upstream.requests().stream().map(Request::line))
        .contains("GET /v1/messages/batches/msgbatch_1/results HTTP/1.1");
  }

  @Test
  void anAnswerMayThinkAndCallTools() {
    String result =
        """
        {"custom_id":"c-0","result":{"type":"succeeded","message":{"content":[
          {"type":"thinking","thinking":"Hm.","signature":"s"},
          {"type":"text","text":"I look."},
          {"type":"tool_use","id":"t","name":"f","input":{"a":1}},
          {"type":"tool_use","id":"u","name":"g","input":{}}],
         "stop_reason":"tool_use","usage":{"input_tokens":4,"output_tokens":6}}}}\
        """;
    BatchDesk desk =
        desk().instead(Ask.RESULTS, it -> it.answer(200, result.replace("\n", "") + "\n"));
    assertThat(news(joint(upstream(desk))))
        .contains(
            new JointProvider.Answered(
                "c-0",
                List.of(
                    new Delta.Reasoning("Hm."),
                    new Delta.Text("I look."),
                    new Delta.ToolCall(0, "t", "f", ""),
                    new Delta.ToolCall(0, "", "", "{\"a\":1}"),
                    new Delta.ToolCall(1, "u", "g", ""),
                    new Delta.ToolCall(1, "", "", "{}"),
                    new Delta.Consumed(new Usage(4, 0, 6, 0)),
                    new Delta.Finished(FinishReason.TOOL_CALLS))));
  }
}
