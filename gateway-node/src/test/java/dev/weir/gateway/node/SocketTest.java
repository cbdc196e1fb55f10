package dev.weir.gateway.node;

import static dev.weir.gateway.node.SocketClient.ENDLESS;
import static dev.weir.gateway.node.SocketClient.assertError;
import static dev.weir.gateway.node.SocketClient.types;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.ResponseConnection;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponsesClientEvent;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Responses over real WebSockets. */
class SocketTest {

  /** Of socket tests: no answer waits for anything. */
  static final String FAST =
      """
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 20, max-output = 500000 }
      weir.http.max-body = 256k
      """;

  private static final Optional<ResponseStatus> IN_PROGRESS =
      Optional.of(ResponseStatus.IN_PROGRESS);

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(FAST);

  private final TestNode node = nodes.node();
  private final OpenAIClient client = node.client();

  @Test
  void theOfficialClientTakesTurns() {
    try (ResponseConnection connection = client.responses().connect()) {
      connection.send(turn(null));
      Response first = connection.finalResponse();
      connection.send(turn(first.id()));
      Response second = connection.finalResponse();

      assertThat(first.validate().status()).contains(ResponseStatus.COMPLETED);
      assertThat(second.validate().previousResponseId()).contains(first.id());
      assertThat(second.usage().orElseThrow().inputTokens())
          .isGreaterThan(first.usage().orElseThrow().inputTokens());
    }
  }

  @Test
  void eventsAreThoseOfTheStream() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"Hello\"");
      List<JsonNode> events = socket.turn();

      assertThat(types(events))
          .startsWith("response.created", "response.in_progress", "response.output_item.added")
          .endsWith("response.output_item.done", "response.completed");
      assertThat(events.stream().map(event -> event.path("sequence_number").asInt()).toList())
          .isEqualTo(IntStream.range(0, events.size()).boxed().toList());
      String id = events.getFirst().path("response").path("id").asText();
      assertThat(client.responses().retrieve(id).status()).contains(ResponseStatus.COMPLETED);
    }
  }

  @Test
  void fieldsMayBeNested() {
    try (SocketClient socket = connect()) {
      socket.send(
          "{\"type\":\"response.create\",\"response\":{\"model\":\"sim\",\"input\":\"Hello\"}}");

      assertThat(types(socket.turn()).getLast()).isEqualTo("response.completed");
    }
  }

  @Test
  void mistakesAreErrorsAndTheSocketStaysOpen() {
    try (SocketClient socket = connect()) {
      socket.send("{\"type\":");
      assertError(socket.next(), 400, "invalid_json");
      socket.send("{\"type\":\"response.dance\"}");
      assertError(socket.next(), 400, "invalid_value");
      socket.create("\"input\":7");
      JsonNode wrong = socket.next();
      assertError(wrong, 400, "invalid_type");
      assertThat(wrong.path("error").path("param").asText()).isEqualTo("input");
      socket.sendBinary(new byte[] {1, 2, 3});
      assertError(socket.next(), 400, "binary_message");
      socket.send("{\"type\":\"response.create\",\"model\":\"nonsense\",\"input\":\"Hello\"}");
      assertThat(socket.turn().getLast().toString()).contains("nonsense");

      socket.create("\"input\":\"Hello\"");
      assertThat(types(socket.turn()).getLast()).isEqualTo("response.completed");
    }
  }

  @Test
  void aMessageThatIsTooLargeClosesTheSocket() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"" + "x".repeat(300_000) + "\"");

      assertError(socket.next(), 413, "message_too_large");
      assertThat(socket.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void aSlowReaderSlowsTheModel() {
    try (SocketClient slow = new SocketClient(node, false);
        SocketClient quick = connect()) {
      String many = "\"input\":\"Hello\",\"metadata\":{\"sim.tokens\":\"100000\"}";
      slow.request(1);
      slow.create(many);
      String id = slow.next().path("response").path("id").asText();
      quick.create(many);
      JsonNode whole = quick.turn().getLast().path("response");

      Response stalled = client.responses().cancel(id);
      assertThat(whole.path("usage").path("output_tokens").asInt()).isEqualTo(100_000);
      assertThat(stalled.status()).contains(ResponseStatus.CANCELLED);
      assertThat(stalled.usage().orElseThrow().outputTokens()).isLessThan(60_000);
    }
  }

  @Test
  void aClosedSocketStopsWhatIsNotStored() {
    String id;
    try (SocketClient socket = connect()) {
      id = begin(socket, "\"store\":false");
      socket.abort();
    }

    Await.until("the response to end", () -> ended(id));
  }

  @Test
  void aClosedSocketLeavesWhatIsStoredRunning() {
    String id;
    try (SocketClient socket = connect();
        SocketClient other = connect()) {
      id = begin(socket, "\"store\":true");
      socket.abort();
      other.create("\"input\":\"Hello\"");
      other.turn();
    }

    assertThat(client.responses().retrieve(id).status()).contains(ResponseStatus.IN_PROGRESS);
    assertThat(client.responses().cancel(id).status()).contains(ResponseStatus.CANCELLED);
  }

  @Test
  void aForeignOriginIsRefused() {
    assertThat(SocketClient.refusal(node, "Origin", "https://evil.example")).isEqualTo(403);
  }

  /** One that is not stored may be gone when it has ended. */
  private boolean ended(String id) {
    try {
      return !client.responses().retrieve(id).status().equals(IN_PROGRESS);
    } catch (NotFoundException gone) {
      return true;
    }
  }

  private SocketClient connect() {
    return new SocketClient(node, true);
  }

  private static String begin(SocketClient socket, String more) {
    socket.create("\"input\":\"Hello\"," + ENDLESS + "," + more);
    JsonNode begun = socket.until("response.output_text.delta").getFirst();
    return begun.path("response").path("id").asText();
  }

  private static ResponsesClientEvent turn(String previous) {
    var create =
        ResponsesClientEvent.ResponseCreate.builder().model("sim").input("Hello").store(false);
    return ResponsesClientEvent.ofResponseCreate(
        previous == null ? create.build() : create.previousResponseId(previous).build());
  }
}
