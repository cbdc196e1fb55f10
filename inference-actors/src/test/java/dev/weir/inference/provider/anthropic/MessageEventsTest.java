package dev.weir.inference.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageEventsTest {

  private final Queue<Delta> deltas = new ArrayDeque<>();
  private final MessageEvents events = new MessageEvents(deltas);

  @Test
  void thinksSpeaksAndCalls() {
    List<String> answer =
        """
        {"type":"message_start","message":{"id":"m","role":"assistant","content":[],"stop_reason":null,"usage":{"input_tokens":7,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":20},"output_tokens":3}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
        {"type":"ping"}
        {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Look it up."}}
        {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCgIYAhIM"}}
        {"type":"content_block_stop","index":0}
        {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EmwKAhgB"}}
        {"type":"content_block_stop","index":1}
        {"type":"content_block_start","index":2,"content_block":{"type":"text","text":"I "}}
        {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"look."}}
        {"type":"content_block_stop","index":2}
        {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_a","name":"f","input":{}}}
        {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}
        {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\": "}}
        {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"1}"}}
        {"type":"content_block_stop","index":3}
        {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_b","name":"g","input":{}}}
        {"type":"content_block_stop","index":4}
        {"type":"something_new","index":9}
        {"usage":{"output_tokens":50,"output_tokens_details":{"thinking_tokens":30}},"delta":{"stop_sequence":null,"stop_reason":"tool_use"},"type":"message_delta"}
        """
            .lines()
            .toList();
    answer.forEach(event -> assertThat(read(event)).isFalse());
    assertThat(read("{\"type\":\"message_stop\"}")).isTrue();
    assertThat(deltas)
        .containsExactly(
            new Delta.Reasoning("Look it up."),
            new Delta.Text("I "),
            new Delta.Text("look."),
            new Delta.ToolCall(0, "toolu_a", "f", ""),
            new Delta.ToolCall(0, "", "", "{\"a\": "),
            new Delta.ToolCall(0, "", "", "1}"),
            new Delta.ToolCall(1, "toolu_b", "g", ""),
            new Delta.ToolCall(1, "", "", "{}"));
    assertThat(events.finish()).isEqualTo(FinishReason.TOOL_CALLS);
    assertThat(events.usage()).isEqualTo(new Usage(127, 100, 50, 30));
  }

  @Test
  void joinsSurrogatesThatWereCutInTwo() {
    read(
        "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"\\ud83d\"}}");
    read(
        "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"\\ude00\"}}");
    assertThat(deltas).containsExactly(new Delta.Text("😀"));
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn,STOP",
    "stop_sequence,STOP",
    "pause_turn,STOP",
    "max_tokens,LENGTH",
    "model_context_window_exceeded,LENGTH",
    "tool_use,TOOL_CALLS",
    "refusal,CONTENT_FILTER"
  })
  void knowsHowItEnded(String word, FinishReason reason) {
    read("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + word + "\"}}");
    assertThat(events.finish()).isEqualTo(reason);
  }

  @Test
  void usageWithoutItsInputOrItsOutputIsNone() {
    read(
        "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}");
    read("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}");
    assertThat(events.usage()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "overloaded_error,upstream_overloaded",
    "rate_limit_error,upstream_rate_limited",
    "api_error,upstream_error",
    "authentication_error,upstream_auth",
    "permission_error,upstream_auth",
    "request_too_large,context_length_exceeded",
    "invalid_request_error,upstream_rejected",
    "new_error,upstream_error"
  })
  void anErrorIsKnownByItsType(String type, String code) {
    assertFailure(
        "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"x\"}}", code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "x",
        "{}",
        "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\"}}"
      })
  void rubbishIsMalformed(String event) {
    assertFailure(event, "upstream_malformed");
  }

  private void assertFailure(String event, String code) {
    assertThatThrownBy(() -> read(event))
        .isInstanceOfSatisfying(
            WeirException.class, e -> assertThat(e.error().code()).isEqualTo(code));
  }

  private boolean read(String event) {
    byte[] bytes = ("data: " + event).getBytes(StandardCharsets.UTF_8);
    return events.read(bytes, 6, bytes.length - 6);
  }
}
