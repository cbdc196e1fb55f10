package dev.weir.gateway.cli;

import com.typesafe.config.ConfigUtil;
import dev.weir.gateway.node.Environment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration file the launcher gives a node: the operator's, and its own keys on top. */
final class NodeConf {

  /**
   * What yields to the operator's file. A stopping node's work must end before the launcher's own
   * patience does.
   */
  private static final String DEFAULTS = "weir.cluster.drain-timeout = 20s\n";

  private final NodeRecord node;
  private final Path data;
  private final List<Integer> contactPoints;

  /**
   * @param contactPoints management ports of the nodes that are, or are about to be, a cluster
   */
  NodeConf(NodeRecord node, Path data, List<Integer> contactPoints) {
    this.node = node;
    this.data = data;
    this.contactPoints = List.copyOf(contactPoints);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("# Node ").append(node.number()).append(", written by ./weir at its start.\n");
    text.append(DEFAULTS);
    node.config()
        .ifPresent(
            file ->
                text.append("include required(file(")
                    .append(ConfigUtil.quoteString(file.toAbsolutePath().toString()))
                    .append("))\n"));
    keys().forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    return text.toString();
  }

  /** The environment without what would overrule the launcher's keys. */
  Map<String, String> environment(Map<String, String> variables) {
    Map<String, String> rest = new LinkedHashMap<>(variables);
    keys().keySet().forEach(key -> rest.remove(Environment.variable(key)));
    return rest;
  }

  private Map<String, String> keys() {
    String loopback = ConfigUtil.quoteString("127.0.0.1");
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("weir.data", ConfigUtil.quoteString(data.toString()));
    keys.put("weir.http.port", Integer.toString(node.http()));
    keys.put("weir.admin.host", loopback);
    keys.put("weir.admin.port", Integer.toString(node.admin()));
    keys.put("weir.cluster.host", loopback);
    keys.put("weir.cluster.port", "0");
    keys.put("weir.cluster.management-port", Integer.toString(node.management()));
    keys.put("weir.cluster.discovery", "config");
    keys.put("weir.cluster.contact-points", contactPoints());
    keys.put("weir.cluster.required-contact-points", "auto");
    keys.put("weir.cluster.exit-jvm", "on");
    keys.put("weir.conduit.host", loopback);
    keys.put("weir.conduit.port", "0");
    return keys;
  }

  private String contactPoints() {
    return contactPoints.stream()
        .map(port -> ConfigUtil.quoteString("127.0.0.1:" + port))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
