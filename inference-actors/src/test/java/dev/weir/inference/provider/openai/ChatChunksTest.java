package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatChunksTest {

  private final Queue<Delta> deltas = new ArrayDeque<>();
  private final ChatChunks chunks = new ChatChunks(deltas);

  @Test
  void tellsTextReasoningAndRefusalApart() {
    delta("\"role\":\"assistant\",\"content\":\"\"");
    delta("\"reasoning_content\":\"hm\"");
    delta("\"reasoning\":\"so\",\"content\":null");
    delta("\"content\":\"Hi\\n\\u00e9\"");
    delta("\"refusal\":\"No.\"");
    assertThat(deltas)
        .containsExactly(
            new Delta.Reasoning("hm"),
            new Delta.Reasoning("so"),
            new Delta.Text("Hi\né"),
            new Delta.Refusal("No."));
    assertThat(chunks.finish()).isNull();
  }

  @Test
  void joinsSurrogatesThatWereCutInTwo() {
    delta("\"content\":\"a\\ud83d\"");
    delta("\"content\":\"\\ude00b\"");
    delta("\"content\":\"\\ud83d\"");
    delta("\"content\":\"\\ude00\"");
    assertThat(deltas)
        .containsExactly(new Delta.Text("a"), new Delta.Text("😀b"), new Delta.Text("😀"));
  }

  @Test
  void joinsTheHalvesOfEachToolCallAndOfARefusal() {
    call("\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\\ud83d\"}");
    call("\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"x\"}");
    call("\"index\":0,\"function\":{\"arguments\":\"\\ude00\"}");
    delta("\"refusal\":\"No \\ud83d\"");
    delta("\"refusal\":\"\\ude00\"");
    assertThat(deltas)
        .containsExactly(
            new Delta.ToolCall(0, "a", "f", ""),
            new Delta.ToolCall(1, "b", "g", "x"),
            new Delta.ToolCall(0, "", "", "😀"),
            new Delta.Refusal("No "),
            new Delta.Refusal("😀"));
  }

  @Test
  void numbersToolCallsInTheirOrder() {
    call("\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}");
    call("\"index\":1,\"function\":{\"arguments\":\"{}\"}");
    call("\"index\":2,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"[\"}");
    call("\"index\":2,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"]\"}");
    assertThat(deltas)
        .containsExactly(
            new Delta.ToolCall(0, "a", "f", ""),
            new Delta.ToolCall(0, "", "", "{}"),
            new Delta.ToolCall(1, "b", "g", "["),
            new Delta.ToolCall(1, "", "", "]"));
  }

  @Test
  void tellsCallsApartThatAllHaveNumberZero() {
    call("\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}");
    call("\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}");
    assertThat(deltas)
        .containsExactly(
            new Delta.ToolCall(0, "a", "f", "{}"), new Delta.ToolCall(1, "b", "f", "{}"));
  }

  @Test
  void aCallWithoutAnIdGetsOne() {
    call("\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}");
    assertThat(((Delta.ToolCall) deltas.element()).callId()).startsWith("call_");
  }

  @ParameterizedTest
  @CsvSource({
    "stop,STOP",
    "eos,STOP",
    "length,LENGTH",
    "tool_calls,TOOL_CALLS",
    "function_call,TOOL_CALLS",
    "content_filter,CONTENT_FILTER"
  })
  void knowsHowItEnded(String word, FinishReason reason) {
    read("{\"choices\":[{\"delta\":{},\"finish_reason\":\"" + word + "\"}]}");
    assertThat(chunks.finish()).isEqualTo(reason);
  }

  @Test
  void stopAfterToolCallsWaitsForTheirResults() {
    call("\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}");
    read("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}");
    assertThat(chunks.finish()).isEqualTo(FinishReason.TOOL_CALLS);
  }

  @Test
  void keepsTheLastUsageThatHolds() {
    read("{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}");
    read(
        "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":9,\"audio_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":1}},\"choices\":[]}");
    read("{\"choices\":[],\"usage\":null}");
    assertThat(chunks.usage()).isEqualTo(new Usage(3, 3, 2, 1));
  }

  @Test
  void doneIsTheLast() {
    byte[] bytes = "[DONE]".getBytes(StandardCharsets.UTF_8);
    assertThat(chunks.read(bytes, 0, bytes.length)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{", "{\"choices\":[{\"delta\":{\"content\":\"\\ud8\"}}]}", "x"})
  void rubbishIsMalformed(String chunk) {
    assertThatThrownBy(() -> read(chunk))
        .isInstanceOfSatisfying(
            WeirException.class, e -> assertThat(e.error().code()).isEqualTo("upstream_malformed"));
  }

  private void delta(String fields) {
    read(
        "{\"id\":\"c\",\"created\":1,\"choices\":[{\"index\":0,\"delta\":{"
            + fields
            + "},\"logprobs\":null,\"finish_reason\":null}]}");
  }

  private void call(String fields) {
    delta("\"tool_calls\":[{" + fields + "}]");
  }

  private void read(String chunk) {
    byte[] bytes = ("data: " + chunk).getBytes(StandardCharsets.UTF_8);
    assertThat(chunks.read(bytes, 6, bytes.length - 6)).isFalse();
  }
}
