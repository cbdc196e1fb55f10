package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusTableTest {

  private static final String READY =
      """
      {"address": "pekko://weir@127.0.0.1:1", "ready": true, "draining": false, "runs": 12,
       "deployments": {"sim": {"running": 8, "waiting": 4, "slots": 8}},
       "members": [
         {"address": "pekko://weir@127.0.0.1:1", "self": true, "roles": ["gateway", "inference"],
          "status": "up", "reachable": true, "up_since": 1000},
         {"address": "pekko://weir@127.0.0.1:2", "self": false, "roles": [],
          "status": "up", "reachable": false, "up_since": null}]}
      """;

  private static final DataFolder DATA = new DataFolder(Path.of("/data"));

  @Test
  void showsNodesQueuesAndWhoIsMissing() {
    List<Status.Seen> nodes =
        List.of(
            new Status.Seen(node(1), true, Optional.of(json(READY))),
            new Status.Seen(node(2), false, Optional.empty()));

    assertThat(new StatusTable(DATA, nodes, Instant.ofEpochSecond(1083)).lines())
        .containsExactly(
            "NODE  STATE  URL                    ADMIN  PID  UP     RUNS  ROLES",
            "1     ready  http://127.0.0.1:8080  9080   101  1m23s  12    gateway inference",
            "2     dead   http://127.0.0.1:8081  9081   102  -      -     -",
            "",
            "DEPLOYMENT  NODE  RUNNING  WAITING  SLOTS",
            "sim         1     8        4        8",
            "Another member: pekko://weir@127.0.0.1:2 (up, unreachable)",
            "Node 2 is dead; its log: /data/logs/node-2.log");
  }

  @Test
  void aNodeIsInOneStateAtATime() {
    assertThat(new Status.Seen(node(1), true, Optional.empty()).state()).isEqualTo("silent");
    assertThat(seen("{\"ready\": false, \"draining\": false}")).isEqualTo("starting");
    assertThat(seen("{\"ready\": false, \"draining\": true}")).isEqualTo("draining");
    assertThat(seen("{\"ready\": true, \"draining\": false}")).isEqualTo("ready");
  }

  private static String seen(String status) {
    return new Status.Seen(node(1), true, Optional.of(json(status))).state();
  }

  private static NodeRecord node(int number) {
    return new NodeRecord(
        number, 100 + number, "127.0.0.1", 8079 + number, 9079 + number, 20_000, Optional.empty());
  }

  private static JsonNode json(String text) {
    return Json.readObject(text.getBytes(StandardCharsets.UTF_8));
  }
}
