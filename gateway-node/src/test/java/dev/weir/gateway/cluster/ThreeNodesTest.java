package dev.weir.gateway.cluster;

import static dev.weir.gateway.cluster.UpstreamChat.delta;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.node.Await;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.token.TokenCounter;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A gateway, an orchestrator and an inference node: every hop is between processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeNodesTest {

  private static final String ENDLESS =
      """
      {"model": "sim", "input": "Tell me.", "stream": true,
       "metadata": {"sim.tokens": "2000", "sim.ttft_ms": "0", "sim.itl_ms": "10"}}
      """;
  private static final int MEGABYTE = 1 << 20;
  private static final int FLOOD = 16 * MEGABYTE;
  private static final String PIECE = "0123456789abcdef".repeat(512);

  /** Tokens of a piece, as Weir counts them where an upstream does not. */
  private static final long OF_PIECE = TokenCounter.estimate().count(PIECE);

  /**
   * What an upstream can have written that its step has not seen: two socket buffers of 64 KiB,
   * which Linux doubles; the window of an exchange and one read, of 32 KiB each, as the streaming
   * client promises; what streams have in hand, which they count in elements; a credit window and
   * what the step gathers.
   */
  private static final long WINDOW =
      2L * 2 * 64 * 1024 + 2L * 32 * 1024 + 16L * PIECE.length() + (64L + 16) * 1024;

  @TempDir private static Path data;
  private ScriptedUpstream upstream;
  private TestCluster cluster;

  @BeforeAll
  void start() {
    upstream = ScriptedUpstream.start(ThreeNodesTest::play);
    String settings =
        TestCluster.PATIENT
            + """
            weir.deployments.scripted { provider = openai, base-url = "%s/v1", max-output = 100000000, context-window = 200000000, input-margin = 1.0, timeouts.between-tokens = 30m }
            weir.models.scripted { deployments = [scripted] }
            weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
            weir.http.admission-wait = 2m
            weir.runs.reader-stall = 10m
            """
                .formatted(upstream.url());
    cluster = TestCluster.start(data, settings, "gateway", "gateway, orchestrator", "inference");
  }

  @AfterAll
  void stop() {
    cluster.close();
    upstream.close();
  }

  /** Answers by what the prompt says. */
  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    String body = exchange.request().body();
    exchange.events();
    if (body.contains("flood")) {
      UpstreamChat.flood(exchange, PIECE, FLOOD);
    } else if (body.contains("forty")) {
      for (int piece = 0; piece < 40; piece++) {
        exchange.event(delta(PIECE));
      }
      exchange.awaitClosed();
    } else {
      exchange.event(delta("first"));
      exchange.awaitClosed();
    }
  }

  @Test
  void aResponseOfOneNodeIsReadResumedAndCancelledOnAnother() {
    try (EventReader created = create(0, ENDLESS)) {
      List<JsonNode> first = created.take(20);
      String id = first.getFirst().path("response").path("id").asText();
      assertThat(cluster.get(1, "/v1/responses/" + id).body()).contains("in_progress");

      try (EventReader resumed = resume(1, id, 9)) {
        assertThat(resumed.take(10)).isEqualTo(first.subList(10, 20));
        HttpResponse<String> cancelled = cluster.post(1, "/v1/responses/" + id + "/cancel", "{}");
        assertThat(cancelled.body()).contains("\"status\":\"cancelled\"");
        List<JsonNode> rest = created.rest();
        assertThat(resumed.rest()).isEqualTo(rest);
        assertThat(rest.getLast().path("type").asText()).isEqualTo("response.incomplete");
      }
      assertThat(cluster.post(0, "/v1/responses/" + id + "/cancel", "{}").body())
          .contains("\"status\":\"cancelled\"");
    }
  }

  @Test
  void anUnstoredResponseIsFoundWhileItRunsAndNoLongerAfterwards() {
    try (EventReader created = create(0, ENDLESS.replace("true,", "true, \"store\": false,"))) {
      List<JsonNode> first = created.take(20);
      String id = first.getFirst().path("response").path("id").asText();
      assertThat(cluster.get(1, "/v1/responses/" + id).body()).contains("in_progress");
      try (EventReader resumed = resume(1, id, 9)) {
        assertThat(resumed.take(10)).isEqualTo(first.subList(10, 20));
        assertThat(cluster.post(1, "/v1/responses/" + id + "/cancel", "{}").statusCode())
            .isEqualTo(200);
        assertThat(resumed.rest()).isEqualTo(created.rest()).isNotEmpty();
      }
      for (int node = 0; node < 2; node++) {
        assertThat(cluster.get(node, "/v1/responses/" + id).statusCode()).isEqualTo(404);
        assertThat(cluster.get(node, "/v1/responses/" + id + "/input_items").statusCode())
            .isEqualTo(404);
        assertThat(cluster.post(node, "/v1/responses/" + id + "/cancel", "{}").statusCode())
            .isEqualTo(404);
      }
    }
  }

  @Test
  void cancelClosesTheUpstreamsConnectionAcrossTheHops() {
    try (EventReader stream = create(0, request("scripted", "quiet"))) {
      List<JsonNode> events = stream.takeText("first".length());
      String id = events.getFirst().path("response").path("id").asText();
      assertThat(EventReader.text(events)).isEqualTo("first");
      int before = upstream.playing();
      assertThat(before).isPositive();
      cluster.post(0, "/v1/responses/" + id + "/cancel", "{}");
      Await.until("the upstream's socket to close", () -> upstream.playing() < before);
      assertThat(stream.rest().getLast().path("response").path("status").asText())
          .isEqualTo("cancelled");
    }
  }

  @Test
  void aCancelledResponseIsChargedForAllThatTheUpstreamSent() throws IOException {
    try (EventReader stream = createAs("reader", "forty")) {
      List<JsonNode> events = stream.takeText(40 * PIECE.length());
      assertThat(EventReader.text(events)).hasSize(40 * PIECE.length());
      Usage usage = usageAfterCancel("reader", idOf(events));
      assertThat(usage.spent()).isBetween(40 * OF_PIECE + 1, 40 * OF_PIECE + 20);
    }
  }

  @Test
  void whatNobodyReadIsChargedButForOneWindow() throws IOException {
    long before = upstream.written();
    try (EventReader stream = createAs("sleeper", "flood")) {
      List<JsonNode> first = stream.take(5);
      long sent = (settled() - before) / delta(PIECE).length();
      Usage usage = usageAfterCancel("sleeper", idOf(first));
      long all = (settled() - before) / delta(PIECE).length();
      assertThat(usage.spent())
          .isBetween((sent - WINDOW / PIECE.length()) * OF_PIECE, all * OF_PIECE + 20);
    }
  }

  private EventReader createAs(String user, String input) {
    return EventReader.open(
        cluster.http(),
        as(user, 0, "/v1/responses")
            .POST(HttpRequest.BodyPublishers.ofString(request("scripted", input)))
            .build());
  }

  private HttpRequest.Builder as(String user, int node, String path) {
    return HttpRequest.newBuilder(cluster.node(node).at(path))
        .header("Authorization", "Bearer " + user);
  }

  /** Cancels through the other gateway. */
  private Usage usageAfterCancel(String user, String id) throws IOException {
    HttpRequest cancel =
        as(user, 1, "/v1/responses/" + id + "/cancel")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(cluster.send(cancel).body()).contains("\"status\":\"cancelled\"");
    Await.until("the charge", () -> usage(user).spent() > 0);
    return usage(user);
  }

  private Usage usage(String user) throws IOException {
    return Usage.of(
        new ObjectMapper().readTree(cluster.send(as(user, 0, "/v1/usage").build()).body()));
  }

  private static String idOf(List<JsonNode> events) {
    return events.getFirst().path("response").path("id").asText();
  }

  @Test
  void aSlowReaderStopsTheUpstreamAndThenGetsAll() {
    try (EventReader stream = create(0, request("scripted", "flood"))) {
      List<JsonNode> first = stream.take(5);
      long stopped = settled();
      assertThat(stopped).isLessThan(4L * MEGABYTE);
      List<JsonNode> rest = stream.rest();
      String whole = EventReader.text(first) + EventReader.text(rest);
      assertThat(whole.length()).isEqualTo(FLOOD);
      assertThat(whole.hashCode()).isEqualTo("0123456789abcdef".repeat(FLOOD / 16).hashCode());
      assertThat(rest.getLast().path("type").asText()).isEqualTo("response.completed");
    }
  }

  private long settled() {
    return Await.settled("the upstream to be stopped", 20, upstream::written);
  }

  @Test
  void thirtyMegabytesAndALongConversationPassEveryHop() {
    String large = "All rivers run to the sea. ".repeat(30 * MEGABYTE / 27);
    HttpResponse<String> first =
        cluster.post(
            0,
            "/v1/responses",
            "{\"model\":\"sim\",\"max_output_tokens\":5,\"input\":\"" + large + "\"}");
    assertThat(first.statusCode()).as(first.body()).isEqualTo(400);
    assertThat(first.body()).contains("context_length_exceeded");

    String long400k = "All rivers run to the sea. ".repeat(400_000 * 4 / 27);
    HttpResponse<String> second =
        cluster.post(
            0,
            "/v1/responses",
            "{\"model\":\"sim\",\"max_output_tokens\":5,\"input\":\"" + long400k + "\"}");
    assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
    String id = second.body().replaceAll(".*?(resp_[0-9a-z_]+).*", "$1");
    HttpResponse<String> third =
        cluster.post(
            1,
            "/v1/responses",
            "{\"model\":\"sim\",\"max_output_tokens\":5,\"input\":\"And?\",\"previous_response_id\":\""
                + id
                + "\"}");
    assertThat(third.statusCode()).as(third.body()).isEqualTo(200);
    assertThat(third.body()).containsPattern("\"input_tokens\":4[0-9]{5}");
  }

  private EventReader create(int node, String body) {
    return EventReader.create(cluster.http(), cluster.node(node).at("/v1/responses"), body);
  }

  private EventReader resume(int node, String id, int after) {
    return EventReader.resume(
        cluster.http(),
        cluster.node(node).at("/v1/responses/" + id + "?stream=true&starting_after=" + after));
  }

  private static String request(String model, String input) {
    return "{\"model\":\"" + model + "\",\"input\":\"" + input + "\",\"stream\":true}";
  }
}
