package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.cluster.node.FreePorts;
import dev.weir.gateway.node.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three equal nodes, of which one after another is killed under load and replaced: what was
 * acknowledged is there once, all that was stored comes to an end, and everybody is served again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LossSuite {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EVERY = "gateway, orchestrator, inference";
  private static final int NODES = 3;
  private static final long LIMIT = 10_000_000;

  /** What one incarnation of a user may hold: 2 % of its window. */
  private static final long BLOCK = LIMIT / 50;

  private static final String SETTINGS =
      """
      weir {
        http.admission-wait = 10s
        deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 8, slots = 200 }
        tiers.default { tokens-per-day = %d }
        runs.reader-stall = 30m
        pekko.cluster.split-brain-resolver.lease-majority.release-after = 30m
      }
      """
          .formatted(LIMIT);

  @TempDir static Path data;
  final Map<Integer, Integer> ports = new HashMap<>();
  TestCluster cluster;
  private int names;

  /** The settings of the database, for the node that is given this free port. */
  abstract String database(int port);

  /** Whether the node at this address holds the lease that settles a split. */
  abstract boolean holdsTheLease(String address) throws Exception;

  @BeforeAll
  void start() {
    cluster = TestCluster.empty(data, SETTINGS);
    replace();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @AfterEach
  void replace() {
    while (cluster.living().size() < NODES) {
      List<Integer> free = FreePorts.take(2);
      String own = "weir.cluster.port = %d%n%s".formatted(free.get(0), database(free.get(1)));
      int node = cluster.add(EVERY, own);
      ports.put(node, free.get(0));
      served(node, free.get(1));
    }
  }

  /** Tells which port the node may serve the database at. */
  void served(int node, int port) {}

  @Test
  void theNodeOfTheShardCoordinatorAndThenTheNext() throws Exception {
    lose(cluster.living().getFirst());
    replace();
    lose(cluster.living().getFirst());
  }

  @Test
  void theHolderOfTheLease() throws Exception {
    lose(cluster.living().getLast());
    int leader =
        cluster.living().stream()
            .min((one, other) -> ports.get(one).compareTo(ports.get(other)))
            .orElseThrow();
    assertThat(holdsTheLease("127.0.0.1:" + ports.get(leader))).isTrue();
    lose(leader);
  }

  /** Kills one node under load and checks what the others say afterwards. */
  void lose(int victim) throws Exception {
    List<Integer> others = cluster.living().stream().filter(node -> node != victim).toList();
    List<Speaker> idle = speakers(6, others);
    Map<Speaker, Long> before = new HashMap<>();
    for (Speaker speaker : idle) {
      talk(speaker, cluster.living());
      before.put(speaker, settled(speaker, others.getFirst()).held());
    }
    List<String> live = liveRuns(victim);
    Speaker blocked = speakers(1, others).getFirst();
    EventReader lost = blocked.hold(victim);
    String last = idOf(lost.take(10));
    Await.until("the hold to be asked", () -> refused(blocked.say(others.getFirst())));
    List<Speaker> holders = speakers(4, others);
    List<EventReader> holding = holders.stream().map(it -> it.hold(others.getFirst())).toList();
    List<Speaker> busy = speakers(2, others);
    Talking talking = Talking.start(busy, others);
    try {
      cluster.node(victim).kill();
      for (int node : others) {
        live.forEach(id -> hostLost(id, path -> cluster.get(node, path).body()));
        hostLost(last, path -> blocked.get(node, path).toString());
      }
    } finally {
      talking.close();
    }
    for (Speaker speaker : idle) {
      talk(speaker, others);
      Usage now = settled(speaker, others.getLast());
      assertThat(now.held()).isLessThanOrEqualTo(before.get(speaker) + BLOCK);
    }
    for (Speaker speaker : busy) {
      talk(speaker, others);
      Await.found(
          "the charge of " + speaker.used(),
          () -> Usage.of(speaker.get(others.getFirst(), "/v1/usage")),
          now -> now.spent() >= speaker.used());
    }
    Await.until("the hold to end with its holder", () -> blocked.say(others.getLast()) == 200);
    assertStillHeld(holders, holding, others);
    for (int node : others) {
      List<Speaker> all = new ArrayList<>(speakers(1, List.of(node)));
      talk(all.getFirst(), List.of(node));
      Stream.of(idle, busy, holders, List.of(blocked)).forEach(all::addAll);
      for (Speaker speaker : all) {
        speaker.assertNothingLostAt(node);
      }
    }
  }

  /** Ten stored runs of the victim that would go on for minutes: half in the background. */
  private List<String> liveRuns(int victim) {
    List<String> live = new ArrayList<>();
    for (int run = 0; run < 5; run++) {
      Await.until(
          "a run in the background",
          () ->
              live.add(
                  JSON.readTree(
                          cluster
                              .post(
                                  victim, "/v1/responses", Speaker.endless("\"background\": true"))
                              .body())
                      .get("id")
                      .asText()));
      EventReader stream =
          EventReader.create(
              cluster.http(),
              cluster.node(victim).at("/v1/responses"),
              Speaker.endless("\"stream\": true"));
      live.add(idOf(stream.take(6)));
    }
    return live;
  }

  private interface Reading {
    String get(String path) throws IOException;
  }

  private static void hostLost(String id, Reading reading) {
    Await.until(
        "the end of " + id,
        () -> {
          JsonNode response = JSON.readTree(reading.get("/v1/responses/" + id));
          return response.path("status").asText().equals("failed")
              && response.at("/error/code").asText().equals("host_lost");
        });
  }

  /** Who lost nothing but its conversation's node still holds it, until it ends. */
  private void assertStillHeld(
      List<Speaker> holders, List<EventReader> streams, List<Integer> others) throws Exception {
    for (int at = 0; at < holders.size(); at++) {
      Speaker holder = holders.get(at);
      Await.until("the conversation to be asked", () -> refused(holder.say(others.getLast())));
      String id = idOf(streams.get(at).take(1));
      assertThat(holder.cancel(others.getLast(), id).body()).contains("cancelled");
      List<JsonNode> rest = streams.get(at).rest();
      assertThat(rest.getLast().path("type").asText()).isEqualTo("response.incomplete");
      assertThat(rest)
          .extracting(event -> event.path("sequence_number").asInt())
          .isEqualTo(IntStream.rangeClosed(1, rest.size()).boxed().toList());
      Await.until("the next turn", () -> holder.say(others.getLast()) == 200);
    }
  }

  private static boolean refused(int status) {
    assertThat(status).as("a second response beside the first").isNotEqualTo(200);
    return status == 409;
  }

  private List<Speaker> speakers(int count, List<Integer> nodes) {
    List<Speaker> speakers = new ArrayList<>();
    for (int at = 0; at < count; at++) {
      speakers.add(Speaker.at(cluster, nodes.get(at % nodes.size()), "user-" + names++));
    }
    return speakers;
  }

  /** Speaks, and goes on, through every one of {@code nodes}. */
  private static void talk(Speaker speaker, List<Integer> nodes) {
    for (int node : nodes) {
      Await.until("a turn", () -> speaker.say(node) == 200);
      Await.until("a response", () -> speaker.goOn(node) == 200);
    }
  }

  /** The usage of one who has nothing open, once all of it is recorded. */
  private static Usage settled(Speaker speaker, int node) throws IOException {
    Await.until(
        "the usage to be recorded: " + speaker.used(),
        () -> {
          Usage usage = Usage.of(speaker.get(node, "/v1/usage"));
          return usage.runs() == 0 && usage.spent() == speaker.used();
        });
    return Usage.of(speaker.get(node, "/v1/usage"));
  }

  private static String idOf(List<JsonNode> events) {
    return events.getFirst().path("response").path("id").asText();
  }
}
