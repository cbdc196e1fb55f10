package dev.weir.gateway.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the local cluster: nodes, roles, runs, queues.",
      "Exit code 0 when every node that should run is ready, else 1."
    })
final class Status implements Callable<Integer> {

  private final Tools tools;

  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--json",
      description = "As JSON: one object, with what each node says of itself.")
  private boolean json;

  Status(Tools tools) {
    this.tools = tools;
  }

  /** A node and what it says of itself; nothing when it does not answer. */
  record Seen(NodeRecord node, boolean running, Optional<JsonNode> status) {

    boolean isReady() {
      return status.filter(said -> said.path("ready").asBoolean()).isPresent();
    }

    /** One word for how it is. */
    String state() {
      if (!running) {
        return "dead";
      }
      if (status.isEmpty()) {
        return "silent";
      }
      if (status.get().path("draining").asBoolean()) {
        return "draining";
      }
      return isReady() ? "ready" : "starting";
    }
  }

  @Override
  public Integer call() {
    DataFolder folder = tools.data(data.given());
    List<NodeRecord> nodes = folder.nodes();
    if (nodes.isEmpty() && !json) {
      tools.someRunning(folder);
    }
    AdminClient admin = tools.admin(nodes);
    List<Seen> seen = nodes.stream().map(node -> look(folder, admin, node)).toList();
    if (json) {
      tools.terminal().line(Json.write(out -> write(out, folder, seen)).utf8String());
    } else {
      new StatusTable(folder, seen, Instant.now()).lines().forEach(tools.terminal()::line);
    }
    return !seen.isEmpty() && seen.stream().allMatch(Seen::isReady) ? 0 : 1;
  }

  private static Seen look(DataFolder folder, AdminClient admin, NodeRecord node) {
    boolean running = NodeJvm.isRunning(node, folder.conf(node.number()));
    return new Seen(node, running, running ? admin.status(node.admin()) : Optional.empty());
  }

  private static void write(JsonGenerator out, DataFolder folder, List<Seen> nodes)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("data", folder.root().toString());
    out.writeArrayFieldStart("nodes");
    for (Seen seen : nodes) {
      out.writeStartObject();
      out.writeNumberField("number", seen.node().number());
      out.writeNumberField("pid", seen.node().pid());
      out.writeStringField("url", seen.node().url());
      out.writeNumberField("admin_port", seen.node().admin());
      out.writeStringField("state", seen.state());
      out.writeFieldName("status");
      if (seen.status().isPresent()) {
        out.writeRawValue(seen.status().get().toString());
      } else {
        out.writeNull();
      }
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
