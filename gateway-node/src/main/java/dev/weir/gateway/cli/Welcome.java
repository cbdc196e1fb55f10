package dev.weir.gateway.cli;

import com.typesafe.config.Config;
import dev.weir.gateway.version.Version;
import java.util.ArrayList;
import java.util.List;

/** What {@code up} says when the cluster serves. */
record Welcome(DataFolder data, List<NodeRecord> nodes, Config config, boolean detached) {

  private static final String EXAMPLE =
      "{\"model\": \"extract\", \"stream\": true, \"input\":"
          + " \"A weir is a low dam that meters a river. What does a weir do?\"}";

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        nodes.size() == 1
            ? "Weir %s is up.".formatted(Version.text())
            : "Weir %s is up: %d nodes, one cluster.".formatted(Version.text(), nodes.size()));
    lines.add("");
    nodes.forEach(
        node ->
            lines.add(
                "  node %d   %s   admin http://127.0.0.1:%d"
                    .formatted(node.number(), node.url(), node.admin())));
    lines.add("");
    lines.add("Try it:");
    lines.add("");
    lines.add("  curl -N " + nodes.getFirst().url() + "/v1/responses" + authorization() + " -d \\");
    lines.add("    '" + EXAMPLE + "'");
    lines.add("");
    lines.add("or ./weir chat. Logs: " + data.log(1).getParent());
    lines.add(detached ? "./weir down stops it." : "Ctrl-C stops it.");
    return lines;
  }

  private String authorization() {
    boolean keys =
        !config.getString("weir.api-key").isBlank() || !config.getObject("weir.keys").isEmpty();
    return keys ? " -H \"Authorization: Bearer $WEIR_API_KEY\"" : "";
  }
}
