package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.ResponseConnection;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponsesClientEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Responses over real WebSockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketTest {

  private static final String FAST =
      """
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 20, max-output = 500000 }
      weir.http { max-body = 256k, admission-wait = 10s }
      """;
  private static final String ENDLESS =
      "\"metadata\":{\"sim.tokens\":\"1000000\",\"sim.itl_ms\":\"1\"}";

  private static final Optional<ResponseStatus> IN_PROGRESS =
      Optional.of(ResponseStatus.IN_PROGRESS);

  @TempDir private static Path data;
  private TestNode node;
  private OpenAIClient client;

  @BeforeAll
  void start() {
    node = TestNode.start(data, FAST);
    client = node.client();
  }

  @AfterAll
  void stop() {
    client.close();
    node.close();
  }

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
      socket.send(create("\"input\":\"Hello\""));
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

      assertThat(last(socket.turn())).isEqualTo("response.completed");
    }
  }

  @Test
  void turnsQueueInOrderAndBeyondTheLimitAreRefused() {
    try (SocketClient socket = connect()) {
      socket.send(create("\"input\":\"first\",\"stream_id\":\"t0\"," + ENDLESS));
      String running = socket.next().path("response").path("id").asText();
      for (int at = 1; at <= 17; at++) {
        socket.send(create("\"input\":\"more\",\"stream_id\":\"t" + at + "\""));
      }
      JsonNode refusal = until(socket, "error").getLast();
      assertThat(refusal.path("status").asInt()).isEqualTo(429);
      assertThat(refusal.path("stream_id").asText()).isEqualTo("t17");

      socket.send("{\"type\":\"response.cancel\",\"response_id\":\"" + running + "\"}");
      List<String> ends = new ArrayList<>();
      while (ends.size() < 17) {
        ends.add(socket.turn().getLast().path("stream_id").asText());
      }
      assertThat(ends).isEqualTo(IntStream.range(0, 17).mapToObj(at -> "t" + at).toList());
    }
  }

  @Test
  void whatWaitsIsNoLargerThanOneMessageMayBe() {
    try (SocketClient socket = connect()) {
      String large = "\"input\":\"" + "x".repeat(150_000) + "\",\"stream_id\":\"";
      socket.send(create("\"input\":\"first\"," + ENDLESS));
      socket.next();
      socket.send(create(large + "kept\""));
      socket.send(create(large + "refused\""));
      JsonNode refusal = until(socket, "error").getLast();
      assertError(refusal, 429, "too_many_turns");
      assertThat(refusal.path("stream_id").asText()).isEqualTo("refused");
      assertThat(refusal.path("error").path("type").asText()).isEqualTo("too_many_requests");

      socket.send("{\"type\":\"response.cancel\"}");
      socket.turn();
      assertThat(socket.turn().getLast().path("stream_id").asText()).isEqualTo("kept");
      socket.send(create(large + "again\""));
      assertThat(last(socket.turn())).isEqualTo("response.completed");
    }
  }

  @Test
  void cancelStopsTheRunningTurn() {
    try (SocketClient socket = connect()) {
      socket.send(create("\"input\":\"Hello\"," + ENDLESS));
      until(socket, "response.output_text.delta");
      socket.send("{\"type\":\"weir:response.cancel\"}");
      JsonNode end = socket.turn().getLast();

      assertThat(end.path("type").asText()).isEqualTo("response.incomplete");
      assertThat(end.path("response").path("status").asText()).isEqualTo("cancelled");
    }
  }

  @Test
  void cancelTakesAWaitingTurnOutByItsName() {
    try (SocketClient socket = connect()) {
      socket.send(create("\"input\":\"Hello\"," + ENDLESS));
      socket.next();
      socket.send(create("\"input\":\"never\",\"event_id\":\"mine\""));
      socket.send("{\"type\":\"response.cancel\",\"event_id\":\"mine\"}");
      JsonNode refused = until(socket, "error").getLast();
      socket.send("{\"type\":\"response.cancel\"}");
      socket.turn();
      socket.send("{\"type\":\"response.cancel\"}");

      assertThat(refused.path("error").path("code").asText()).isEqualTo("turn_cancelled");
      assertThat(socket.next().path("error").path("code").asText()).isEqualTo("nothing_to_cancel");
    }
  }

  @Test
  void mistakesAreErrorsAndTheSocketStaysOpen() {
    try (SocketClient socket = connect()) {
      socket.send("{\"type\":");
      assertError(socket.next(), 400, "invalid_json");
      socket.send("{\"type\":\"response.dance\"}");
      assertError(socket.next(), 400, "invalid_value");
      socket.send(create("\"input\":7"));
      JsonNode wrong = socket.next();
      assertError(wrong, 400, "invalid_type");
      assertThat(wrong.path("error").path("param").asText()).isEqualTo("input");
      socket.sendBinary(new byte[] {1, 2, 3});
      assertError(socket.next(), 400, "binary_message");
      socket.send("{\"type\":\"response.create\",\"model\":\"nonsense\",\"input\":\"Hello\"}");
      assertThat(socket.turn().getLast().toString()).contains("nonsense");

      socket.send(create("\"input\":\"Hello\""));
      assertThat(last(socket.turn())).isEqualTo("response.completed");
    }
  }

  @Test
  void whatIsNotStoredIsContinuedOnItsOwnSocketOnly() {
    try (SocketClient socket = connect();
        SocketClient other = connect()) {
      String first = id(socket, "\"input\":\"one\",\"store\":false");
      String continued = "\"input\":\"two\",\"store\":false,\"previous_response_id\":\"" + first;
      socket.send(create(continued + "\""));
      JsonNode second = socket.turn().getLast().path("response");
      other.send(create(continued + "\""));
      JsonNode refused = other.next();

      assertThat(second.path("status").asText()).isEqualTo("completed");
      assertThat(second.path("previous_response_id").asText()).isEqualTo(first);
      assertThat(second.path("usage").path("input_tokens").asInt()).isGreaterThan(20);
      assertError(refused, 404, "previous_response_not_found");
    }
  }

  @Test
  void whatIsNoResponseIsNotContinuedAndTheSocketStaysOpen() {
    try (SocketClient socket = connect()) {
      for (String more : List.of("", ",\"generate\":false")) {
        socket.send(create("\"input\":\"x\",\"previous_response_id\":\"nonsense\"" + more));
        assertError(socket.next(), 404, "previous_response_not_found");
      }
    }
  }

  @Test
  void aFailedContinuationForgetsWhatItContinued() {
    try (SocketClient socket = connect()) {
      String first = id(socket, "\"input\":\"one\",\"store\":false");
      String previous =
          "\"input\":\"two\",\"store\":false,\"previous_response_id\":\"" + first + "\"";
      socket.send(create(previous + ",\"metadata\":{\"sim.fault\":\"drop@3\"}"));
      assertThat(last(socket.turn())).isEqualTo("response.failed");

      socket.send(create(previous));
      assertError(socket.next(), 404, "previous_response_not_found");
    }
  }

  @Test
  void warmingAnswersWithoutOutputAndCanBeContinued() {
    try (SocketClient socket = connect()) {
      socket.send(create("\"input\":\"A long preface.\",\"generate\":false"));
      List<JsonNode> warmed = socket.turn();
      JsonNode response = warmed.getLast().path("response");
      String id = response.path("id").asText();
      assertThat(types(warmed)).containsExactly("response.created", "response.completed");
      assertThat(response.path("output")).isEmpty();

      socket.send(create("\"input\":\"Go on.\",\"previous_response_id\":\"" + id + "\""));
      JsonNode next = socket.turn().getLast().path("response");
      assertThat(next.path("status").asText()).isEqualTo("completed");
      assertThat(next.path("previous_response_id").asText()).isEqualTo(id);
    }
  }

  @Test
  void aMessageThatIsTooLargeClosesTheSocket() {
    try (SocketClient socket = connect()) {
      socket.send(create("\"input\":\"" + "x".repeat(300_000) + "\""));

      assertError(socket.next(), 413, "message_too_large");
      assertThat(socket.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void aSlowReaderSlowsTheModel() {
    try (SocketClient slow = new SocketClient(node.url("/v1/responses"), false);
        SocketClient quick = connect()) {
      String many = "\"input\":\"Hello\",\"metadata\":{\"sim.tokens\":\"100000\"}";
      slow.request(1);
      slow.send(create(many));
      String id = slow.next().path("response").path("id").asText();
      quick.send(create(many));
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

    assertThat(stops(id)).isTrue();
  }

  @Test
  void aClosedSocketLeavesWhatIsStoredRunning() {
    String id;
    try (SocketClient socket = connect();
        SocketClient other = connect()) {
      id = begin(socket, "\"store\":true");
      socket.abort();
      other.send(create("\"input\":\"Hello\""));
      other.turn();
    }

    assertThat(client.responses().retrieve(id).status()).contains(ResponseStatus.IN_PROGRESS);
    assertThat(client.responses().cancel(id).status()).contains(ResponseStatus.CANCELLED);
  }

  @Test
  void aForeignOriginIsRefused() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThatThrownBy(
              () ->
                  http.newWebSocketBuilder()
                      .header("Origin", "https://evil.example")
                      .buildAsync(
                          URI.create(
                              node.url("/v1/responses").toString().replaceFirst("http", "ws")),
                          new WebSocket.Listener() {})
                      .join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }
  }

  /** Asks until the response has ended; one that is not stored may be gone then. */
  private boolean stops(String id) {
    for (int tries = 0; tries < 2_000; tries++) {
      try {
        if (!client.responses().retrieve(id).status().equals(IN_PROGRESS)) {
          return true;
        }
      } catch (NotFoundException gone) {
        return true;
      }
    }
    return false;
  }

  private SocketClient connect() {
    return new SocketClient(node.url("/v1/responses"), true);
  }

  private static String begin(SocketClient socket, String more) {
    socket.send(create("\"input\":\"Hello\"," + ENDLESS + "," + more));
    return until(socket, "response.output_text.delta")
        .getFirst()
        .path("response")
        .path("id")
        .asText();
  }

  private static String id(SocketClient socket, String fields) {
    socket.send(create(fields));
    return socket.turn().getLast().path("response").path("id").asText();
  }

  private static String create(String fields) {
    return "{\"type\":\"response.create\",\"model\":\"sim\"," + fields + "}";
  }

  private static ResponsesClientEvent turn(String previous) {
    var create =
        ResponsesClientEvent.ResponseCreate.builder().model("sim").input("Hello").store(false);
    return ResponsesClientEvent.ofResponseCreate(
        previous == null ? create.build() : create.previousResponseId(previous).build());
  }

  private static List<JsonNode> until(SocketClient socket, String type) {
    return socket.until(event -> event.path("type").asText().equals(type));
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("type").asText()).toList();
  }

  private static String last(List<JsonNode> events) {
    return events.getLast().path("type").asText();
  }

  private static void assertError(JsonNode event, int status, String code) {
    assertThat(event.path("type").asText()).isEqualTo("error");
    assertThat(event.path("status").asInt()).isEqualTo(status);
    assertThat(event.path("error").path("code").asText()).isEqualTo(code);
  }
}
