package dev.weir.inference.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.upstream.CallBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentChunksTest {

  private static final String TWO_CALLS =
      "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":[1,\"é\"]}}},"
          + "{\"functionCall\":{\"id\":\"given\",\"name\":\"g\"}}]},\"finishReason\":\"STOP\"}]}";

  private final Queue<Delta> deltas = new ArrayDeque<>();
  private final ContentChunks chunks = chunks(new CallBuilder().build());

  private ContentChunks chunks(ModelCall call) {
    return new ContentChunks(new Calls(call, deltas), deltas);
  }

  @Test
  void thinksSpeaksAndCalls() {
    List<String> answer =
        """
        {"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":9,"thoughtsTokenCount":2},"modelVersion":"x"}
        {"candidates":[{"content":{"parts":[{"text":"I look"},{"text":" it up.","thoughtSignature":"CiQB"}],"role":"model"},"index":0}]}
        {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"CiQB"}],"role":"model"},"finishReason":"STOP","index":0,"safetyRatings":[{"category":"X","probability":"NEGLIGIBLE"}]}],"usageMetadata":{"promptTokenCount":7,"toolUsePromptTokenCount":1,"cachedContentTokenCount":4,"candidatesTokenCount":6,"thoughtsTokenCount":9,"totalTokenCount":23,"promptTokensDetails":[{"modality":"TEXT","tokenCount":7}]}}
        """
            .lines()
            .toList();
    answer.forEach(this::read);
    assertThat(deltas)
        .startsWith(
            new Delta.Reasoning("Hm."), new Delta.Text("I look"), new Delta.Text(" it up."));
    assertThat(chunks.finish()).isEqualTo(FinishReason.TOOL_CALLS);
    assertThat(chunks.usage()).isEqualTo(new Usage(8, 4, 15, 9));
  }

  @Test
  void theSameCallOfTheModelHasTheSameIdsAndTheNextOneOthers() {
    read(TWO_CALLS);
    List<Delta> first = List.copyOf(deltas);
    assertThat(first).hasSize(2).last().isEqualTo(new Delta.ToolCall(1, "given", "g", "{}"));
    assertThat(((Delta.ToolCall) first.getFirst()).callId()).matches("call_[0-9a-f]{24}");
    assertThat(((Delta.ToolCall) first.getFirst()).arguments()).isEqualTo("{\"a\":[1,\"é\"]}");

    deltas.clear();
    read(chunks(new CallBuilder().build()), TWO_CALLS);
    assertThat(deltas).containsExactlyElementsOf(first);

    deltas.clear();
    ModelCall next = new CallBuilder().items(Item.message("msg_2", Role.USER, "Hi")).build();
    read(chunks(next), TWO_CALLS);
    assertThat(deltas.element()).isNotEqualTo(first.getFirst());
  }

  @Test
  void oneCallAtATimeWhereThatIsAskedFor() {
    read(chunks(new CallBuilder().parallel(false).build()), TWO_CALLS);
    assertThat(deltas).hasSize(1);
  }

  @Test
  void usageBeforeTheEndIsNotTheWhole() {
    read("{\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":1}}");
    read("{\"candidates\":[{\"finishReason\":\"STOP\"}]}");
    assertThat(chunks.usage()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP,STOP",
    "MAX_TOKENS,LENGTH",
    "SAFETY,CONTENT_FILTER",
    "RECITATION,CONTENT_FILTER",
    "PROHIBITED_CONTENT,CONTENT_FILTER",
    "BLOCKLIST,CONTENT_FILTER",
    "SPII,CONTENT_FILTER",
    "OTHER,CONTENT_FILTER",
    "SOMETHING_NEW,STOP",
    "FINISH_REASON_UNSPECIFIED,"
  })
  void knowsHowItEnded(String word, FinishReason reason) {
    read("{\"candidates\":[{\"finishReason\":\"" + word + "\"}]}");
    assertThat(chunks.finish()).isEqualTo(reason);
  }

  @Test
  void aCallTheModelCouldNotMakeIsAFailureOfTheUpstream() {
    assertFailure(
        "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}", "upstream_error");
  }

  @Test
  void aPromptThatIsBlockedIsTheCallersMatter() {
    assertFailure(
        "{\"promptFeedback\":{\"safetyRatings\":[{\"blocked\":true}],\"blockReason\":\"SAFETY\"}}",
        "content_filter");
    read("{\"promptFeedback\":{\"blockReason\":\"BLOCK_REASON_UNSPECIFIED\"}}");
  }

  @ParameterizedTest
  @CsvSource({
    "429,RESOURCE_EXHAUSTED,upstream_rate_limited",
    "null,UNAVAILABLE,upstream_overloaded",
    "null,INVALID_ARGUMENT,upstream_rejected",
    "null,UNAUTHENTICATED,upstream_auth",
    "499,CANCELLED,upstream_rejected",
    "null,UNKNOWN,upstream_error"
  })
  void anErrorIsKnownByItsCodeOrStatus(String number, String status, String code) {
    assertFailure(
        "{\"error\":{\"code\":" + number + ",\"message\":\"x\",\"status\":\"" + status + "\"}}",
        code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "x",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"args\":{}}}]}}]}"
      })
  void rubbishIsMalformed(String chunk) {
    assertFailure(chunk, "upstream_malformed");
  }

  private void assertFailure(String chunk, String code) {
    assertThatThrownBy(() -> read(chunk))
        .isInstanceOfSatisfying(
            WeirException.class, e -> assertThat(e.error().code()).isEqualTo(code));
  }

  private void read(String chunk) {
    read(chunks, chunk);
  }

  private static void read(ContentChunks chunks, String chunk) {
    byte[] bytes = ("data: " + chunk).getBytes(StandardCharsets.UTF_8);
    assertThat(chunks.read(bytes, 6, bytes.length - 6)).isFalse();
  }
}
