package dev.weir.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Child;
import dev.weir.cluster.node.FreePorts;
import dev.weir.gateway.node.Await;
import dev.weir.gateway.node.Main;
import dev.weir.gateway.telemetry.OtlpReceiver.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, one role each, and what they export about a request that crosses them all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TraceAcrossNodesTest {

  private static final String READY = "Weir is ready: ";
  private static final Pattern RESPONSE_ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");
  private static final Set<String> STAGES =
      Set.of(
          "http POST /v1/responses",
          "run",
          "user.reserve",
          "queue",
          "generation",
          "conversation.append",
          "conversation.read",
          "conversation.persist",
          "user.settle",
          "ledger.persist",
          "run.store");

  @TempDir private static Path folder;
  private final List<Child> nodes = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private OtlpReceiver receiver;
  private String gateway = "";

  @BeforeAll
  void start() throws Exception {
    receiver = new OtlpReceiver();
    List<Integer> ports = FreePorts.take(3);
    List<BufferedReader> outputs = new ArrayList<>();
    for (String role : List.of("gateway", "orchestrator", "inference")) {
      Child node = Child.start(Main.class, config(role, ports, nodes.size()).toString());
      nodes.add(node);
      outputs.add(node.lines());
    }
    for (BufferedReader output : outputs) {
      String url = ready(output);
      gateway = gateway.isEmpty() ? url : gateway;
    }
    untilEveryNodeKnowsTheOthers();
  }

  @AfterAll
  void stop() {
    nodes.forEach(Child::close);
    http.close();
    receiver.close();
  }

  @Test
  void aRequestIsOneTreeAcrossTheNodes() throws Exception {
    post("traced", "", "{\"model\":\"sim\",\"input\":\"Rivers?\"}");

    List<Seen> trace = await("traced", STAGES, "");

    assertThat(trace.stream().filter(span -> span.parent().isEmpty()).map(Seen::name))
        .containsExactly("http POST /v1/responses");
    assertThat(nodesOf(trace, "http POST /v1/responses"))
        .doesNotContainAnyElementsOf(nodesOf(trace, "run"));
    assertThat(nodesOf(trace, "run")).doesNotContainAnyElementsOf(nodesOf(trace, "generation"));
    assertThat(trace.stream().map(Seen::node).distinct()).hasSize(3);
    Seen generation = one(trace, "generation");
    assertThat(generation.events()).contains("first_token");
    assertThat(generation.tags())
        .containsEntry("deployment", "sim")
        .containsEntry("provider", "builtin")
        .containsEntry("attempt", "1");
    assertThat(generation.parent()).isEqualTo(one(trace, "run").id());
    assertThat(trace).noneMatch(Seen::failed);
  }

  @Test
  void aCallersTraceGoesOnAndReachesWhatWasSaidBefore() throws Exception {
    String caller = "b7ad6b7169203331";
    String first = post("said", "", "{\"model\":\"sim\",\"input\":\"Rivers?\"}");
    post(
        "again",
        "00-0af7651916cd43dd8448eb211c80319c-" + caller + "-01",
        "{\"model\":\"sim\",\"input\":\"And?\",\"previous_response_id\":\"" + id(first) + "\"}");

    Set<String> awaited = Set.of("conversation.context", "conversation.append", "run.store");
    List<Seen> trace =
        await(
            "again",
            awaited,
            caller,
            come -> below(come, "conversation.context").contains("conversation.read"));

    assertThat(trace.getFirst().trace()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(one(trace, "http POST /v1/responses").parent()).isEqualTo(caller);
    assertThat(below(trace, "conversation.context")).containsExactly("conversation.read");
  }

  @Test
  void aFailureIsSeenWhereItHappened() throws Exception {
    post(
        "failing",
        "",
        "{\"model\":\"sim\",\"input\":\"x\",\"metadata\":{\"sim.fault\":\"bad_key\"}}");

    List<Seen> trace = await("failing", Set.of("generation", "run"), "");

    assertThat(trace).filteredOn(Seen::failed).extracting(Seen::name).contains("generation", "run");
    assertThat(one(trace, "generation").tags()).containsEntry("error.message", "upstream_auth");
  }

  /** The trace of a request once all its parents and {@code names} have come. */
  private List<Seen> await(String requestId, Set<String> names, String outside)
      throws InterruptedException {
    return await(requestId, names, outside, come -> true);
  }

  /** The same, once {@code more} holds of it too. */
  private List<Seen> await(
      String requestId, Set<String> names, String outside, Predicate<List<Seen>> more)
      throws InterruptedException {
    return receiver.await(
        span -> requestId.equals(span.tags().get("request_id")),
        trace -> {
          Set<String> ids = trace.stream().map(Seen::id).collect(Collectors.toSet());
          return trace.stream().map(Seen::name).collect(Collectors.toSet()).containsAll(names)
              && more.test(trace)
              && trace.stream()
                  .map(Seen::parent)
                  .allMatch(id -> id.isEmpty() || id.equals(outside) || ids.contains(id));
        });
  }

  /** What the parts right below the one called {@code name} are called. */
  private static List<String> below(List<Seen> trace, String name) {
    String parent = one(trace, name).id();
    return trace.stream().filter(span -> span.parent().equals(parent)).map(Seen::name).toList();
  }

  private static Set<String> nodesOf(List<Seen> trace, String name) {
    return trace.stream()
        .filter(span -> span.name().equals(name))
        .map(Seen::node)
        .collect(Collectors.toSet());
  }

  private static Seen one(List<Seen> trace, String name) {
    return trace.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  private String post(String requestId, String traceparent, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway + "/v1/responses"))
            .header("x-request-id", requestId)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!traceparent.isEmpty()) {
      request.header("traceparent", traceparent);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private static String id(String response) {
    Matcher matcher = RESPONSE_ID.matcher(response);
    assertThat(matcher.find()).as(response).isTrue();
    return matcher.group(1);
  }

  /** The last to learn is the orchestrator, of the inference node. */
  private void untilEveryNodeKnowsTheOthers() {
    Await.found(
        "an answer",
        () -> post("warm-up", "", "{\"model\":\"sim\",\"input\":\"x\"}"),
        answer -> answer.contains("\"status\":\"completed\""));
  }

  private Path config(String role, List<Integer> ports, int index) throws IOException {
    String points =
        ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    return Files.writeString(
        folder.resolve(role + ".conf"),
        """
        weir {
          roles = [%s]
          data = "%s"
          http.port = 0
          admin.port = 0
          cluster { lease = none, acceptable-heartbeat-pause = 20s, management-port = %d, contact-points = "%s" }
          deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
          telemetry.otlp.endpoint = "%s"
        }
        """
            .formatted(role, folder.resolve(role), ports.get(index), points, receiver.url()));
  }

  private static String ready(BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(READY)) {
        return line.substring(READY.length());
      }
    }
    throw new AssertionError("a node ended before it was ready");
  }
}
