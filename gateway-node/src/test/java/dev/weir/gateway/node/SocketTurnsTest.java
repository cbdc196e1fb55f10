package dev.weir.gateway.node;

import static dev.weir.gateway.node.SocketClient.ENDLESS;
import static dev.weir.gateway.node.SocketClient.assertError;
import static dev.weir.gateway.node.SocketClient.types;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Turns of one socket: they wait for each other, are cancelled and continue one another. */
class SocketTurnsTest {

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(SocketTest.FAST);

  @Test
  void turnsQueueInOrderAndBeyondTheLimitAreRefused() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"first\",\"stream_id\":\"t0\"," + ENDLESS);
      String running = socket.next().path("response").path("id").asText();
      for (int at = 1; at <= 17; at++) {
        socket.create("\"input\":\"more\",\"stream_id\":\"t" + at + "\"");
      }
      JsonNode refusal = socket.until("error").getLast();
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
      socket.create("\"input\":\"first\"," + ENDLESS);
      socket.next();
      socket.create(large + "kept\"");
      socket.create(large + "refused\"");
      JsonNode refusal = socket.until("error").getLast();
      assertError(refusal, 429, "too_many_turns");
      assertThat(refusal.path("stream_id").asText()).isEqualTo("refused");
      assertThat(refusal.path("error").path("type").asText()).isEqualTo("too_many_requests");

      socket.send("{\"type\":\"response.cancel\"}");
      socket.turn();
      assertThat(socket.turn().getLast().path("stream_id").asText()).isEqualTo("kept");
      socket.create(large + "again\"");
      assertThat(types(socket.turn()).getLast()).isEqualTo("response.completed");
    }
  }

  @Test
  void cancelStopsTheRunningTurn() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"Hello\"," + ENDLESS);
      socket.until("response.output_text.delta");
      socket.send("{\"type\":\"weir:response.cancel\"}");
      JsonNode end = socket.turn().getLast();

      assertThat(end.path("type").asText()).isEqualTo("response.incomplete");
      assertThat(end.path("response").path("status").asText()).isEqualTo("cancelled");
    }
  }

  @Test
  void cancelTakesAWaitingTurnOutByItsName() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"Hello\"," + ENDLESS);
      socket.next();
      socket.create("\"input\":\"never\",\"event_id\":\"mine\"");
      socket.send("{\"type\":\"response.cancel\",\"event_id\":\"mine\"}");
      JsonNode refused = socket.until("error").getLast();
      socket.send("{\"type\":\"response.cancel\"}");
      socket.turn();
      socket.send("{\"type\":\"response.cancel\"}");

      assertThat(refused.path("error").path("code").asText()).isEqualTo("turn_cancelled");
      assertThat(socket.next().path("error").path("code").asText()).isEqualTo("nothing_to_cancel");
    }
  }

  @Test
  void whatIsNotStoredIsContinuedOnItsOwnSocketOnly() {
    try (SocketClient socket = connect();
        SocketClient other = connect()) {
      String first = id(socket, "\"input\":\"one\",\"store\":false");
      String continued = "\"input\":\"two\",\"store\":false,\"previous_response_id\":\"" + first;
      socket.create(continued + "\"");
      JsonNode second = socket.turn().getLast().path("response");
      other.create(continued + "\"");
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
        socket.create("\"input\":\"x\",\"previous_response_id\":\"nonsense\"" + more);
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
      socket.create(previous + ",\"metadata\":{\"sim.fault\":\"bad_key\"}");
      assertThat(types(socket.turn()).getLast()).isEqualTo("response.failed");

      socket.create(previous);
      assertError(socket.next(), 404, "previous_response_not_found");
    }
  }

  @Test
  void warmingAnswersWithoutOutputAndCanBeContinued() {
    try (SocketClient socket = connect()) {
      socket.create("\"input\":\"A long preface.\",\"generate\":false");
      List<JsonNode> warmed = socket.turn();
      JsonNode response = warmed.getLast().path("response");
      String id = response.path("id").asText();
      assertThat(types(warmed)).containsExactly("response.created", "response.completed");
      assertThat(response.path("output")).isEmpty();

      socket.create("\"input\":\"Go on.\",\"previous_response_id\":\"" + id + "\"");
      JsonNode next = socket.turn().getLast().path("response");
      assertThat(next.path("status").asText()).isEqualTo("completed");
      assertThat(next.path("previous_response_id").asText()).isEqualTo(id);
    }
  }

  private static SocketClient connect() {
    return new SocketClient(nodes.node(), true);
  }

  private static String id(SocketClient socket, String fields) {
    socket.create(fields);
    return socket.turn().getLast().path("response").path("id").asText();
  }
}
