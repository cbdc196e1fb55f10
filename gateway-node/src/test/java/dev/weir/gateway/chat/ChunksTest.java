package dev.weir.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.Response.Status;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Kind;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChunksTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everyKindOfTextHasItsField() {
    List<JsonNode> chunks =
        chunks(
            List.of(),
            grown(Kind.REASONING, "hm"),
            grown(Kind.TEXT, "yes"),
            grown(Kind.REFUSAL, "no"));

    assertThat(delta(chunks.get(0)).path("role").asText()).isEqualTo("assistant");
    assertThat(delta(chunks.get(1)).path("reasoning_content").asText()).isEqualTo("hm");
    assertThat(delta(chunks.get(2)).path("content").asText()).isEqualTo("yes");
    assertThat(delta(chunks.get(3)).path("refusal").asText()).isEqualTo("no");
  }

  @Test
  void toolCallsAreCountedAndNamedOnce() {
    List<JsonNode> chunks =
        chunks(
            List.of(),
            called("fc_1", "call_1"),
            arguments("fc_1", "{"),
            arguments("fc_1", "}"),
            called("fc_2", "call_2"),
            arguments("fc_2", "[]"));
    List<JsonNode> calls =
        chunks.stream().skip(1).map(chunk -> delta(chunk).path("tool_calls").path(0)).toList();

    assertThat(calls.stream().map(call -> call.path("index").asInt()))
        .containsExactly(0, 0, 0, 1, 1);
    assertThat(calls.stream().map(call -> call.path("id").asText("")))
        .containsExactly("call_1", "", "", "call_2", "");
    assertThat(calls.get(1).path("function").has("name")).isFalse();
    assertThat(calls.get(4).path("function").path("arguments").asText()).isEqualTo("[]");
  }

  @Test
  void theEndSaysWhy() {
    assertThat(reason(ended(Status.COMPLETED, null, null))).isEqualTo("stop");
    assertThat(reason(ended(Status.INCOMPLETE, "max_output_tokens", null))).isEqualTo("length");
    assertThat(reason(ended(Status.INCOMPLETE, "content_filter", null)))
        .isEqualTo("content_filter");
  }

  @Test
  void whatHasNoFinishReasonIsAnError() {
    WeirError broken = new WeirError.ModelFailed("upstream_closed", "It broke off.", true);

    assertThat(error(ended(Status.FAILED, null, broken))).isEqualTo("upstream_closed");
    assertThat(error(ended(Status.CANCELLED, "cancelled", null))).isEqualTo("cancelled");
    assertThat(error(ended(Status.INCOMPLETE, "inference_node_lost", null)))
        .isEqualTo("inference_node_lost");
  }

  @Test
  void heldBackTextComesBeforeTheEnd() {
    List<JsonNode> chunks =
        chunks(List.of("END"), grown(Kind.TEXT, "the EN"), ended(Status.COMPLETED, null, null));

    assertThat(chunks.stream().map(chunk -> delta(chunk).path("content").asText("")))
        .containsExactly("", "the ", "EN", "");
  }

  @Test
  void aStopSequenceAsksForTheEnd() {
    Chunks chunks = new Chunks(request(List.of("END")));
    chunks.of(new ResponseEvent.Created(response(Status.IN_PROGRESS, null, null)));

    assertThat(chunks.of(grown(Kind.TEXT, "so END."))).hasSize(2).endsWith(Chunks.Stop.NOW);
    assertThat(chunks.of(grown(Kind.TEXT, "and more END"))).isEmpty();
    assertThat(chunks.of(new ResponseEvent.Ended(response(Status.CANCELLED, null, null))))
        .isNotEmpty()
        .allMatch(Chunks.Write.class::isInstance);
  }

  private static String reason(ResponseEvent end) {
    JsonNode last = chunks(List.of(), end).getLast();
    assertThat(last.path("weir").isObject()).isTrue();
    return last.path("choices").path(0).path("finish_reason").asText();
  }

  private static String error(ResponseEvent end) {
    return chunks(List.of(), end).getLast().path("error").path("code").asText();
  }

  private static List<JsonNode> chunks(List<String> stop, ResponseEvent... events) {
    Chunks chunks = new Chunks(request(stop));
    List<Chunks.Step> steps =
        new ArrayList<>(
            chunks.of(new ResponseEvent.Created(response(Status.IN_PROGRESS, null, null))));
    for (ResponseEvent event : events) {
      steps.addAll(chunks.of(event));
    }
    return steps.stream().map(step -> parse(((Chunks.Write) step).json().utf8String())).toList();
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(json, malformed);
    }
  }

  private static JsonNode delta(JsonNode chunk) {
    return chunk.path("choices").path(0).path("delta");
  }

  private static ChatRequest request(List<String> stop) {
    return new ChatRequest(ResponseRequest.of("m", List.of()), true, false, stop);
  }

  private static ResponseEvent grown(Kind kind, String text) {
    return new ResponseEvent.Grown(new Place(kind, "msg_1", 0, 0), text);
  }

  private static ResponseEvent called(String id, String callId) {
    return new ResponseEvent.ItemAdded(
        0,
        new OutputItem.Said(new Item.FunctionCall(id, ItemStatus.IN_PROGRESS, callId, "look", "")));
  }

  private static ResponseEvent arguments(String id, String text) {
    return new ResponseEvent.Grown(new Place(Kind.ARGUMENTS, id, 0, 0), text);
  }

  private static ResponseEvent ended(
      Status status, @Nullable String reason, @Nullable WeirError error) {
    return new ResponseEvent.Ended(response(status, reason, error));
  }

  private static Response response(
      Status status, @Nullable String reason, @Nullable WeirError error) {
    return new Response(
        new ResponseId("c", 1, "u"),
        new Caller("t", "u"),
        ResponseRequest.of("m", List.of()),
        status,
        Instant.EPOCH,
        null,
        List.of(),
        Usage.ZERO,
        error,
        reason,
        null,
        Response.Summary.NONE);
  }
}
