package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Starts local nodes and waits until they serve as one cluster; else none of them stays. */
final class Starter {

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private final DataFolder data;
  private final NodeJvm jvm;
  private final AdminClient admin;
  private final Terminal terminal;
  private final Interrupts interrupts;
  private final Map<NodeRecord, Process> started = new LinkedHashMap<>();

  Starter(
      DataFolder data, NodeJvm jvm, AdminClient admin, Terminal terminal, Interrupts interrupts) {
    this.data = data;
    this.jvm = jvm;
    this.admin = admin;
    this.terminal = terminal;
    this.interrupts = interrupts;
  }

  /**
   * Starts a cluster of {@code count}.
   *
   * @param port of the first node; the others follow
   * @param config what the nodes will run with
   */
  List<NodeRecord> cluster(int count, int port, Optional<Path> file, Config config) {
    List<NodeRecord> nodes = plan(count, port, file, config.getString("weir.http.host"));
    nodes.forEach(this::checkPorts);
    List<Integer> contactPoints = nodes.stream().map(NodeRecord::management).toList();
    return startAll(nodes, contactPoints, count);
  }

  /** Starts one more beside {@code running}. */
  NodeRecord oneMore(List<NodeRecord> running) {
    NodeRecord first = running.getFirst();
    Set<Integer> numbers = new HashSet<>();
    running.forEach(node -> numbers.add(node.number()));
    int number = 1;
    while (numbers.contains(number)) {
      number++;
    }
    int offset = number - first.number();
    NodeRecord node =
        new NodeRecord(
            number,
            0,
            first.host(),
            first.http() + offset,
            first.admin() + offset,
            Ports.internal(new Random(), Set.of()),
            first.config());
    checkPorts(node);
    List<Integer> contactPoints = running.stream().map(NodeRecord::management).toList();
    return startAll(List.of(node), contactPoints, running.size() + 1).getFirst();
  }

  private List<NodeRecord> plan(int count, int port, Optional<Path> file, String host) {
    List<NodeRecord> nodes = new ArrayList<>();
    Set<Integer> internal = new HashSet<>();
    for (int number = 1; number <= count; number++) {
      int management = Ports.internal(new Random(), internal);
      internal.add(management);
      int http = port + number - 1;
      int adminPort = Ports.adminOf(port) + number - 1;
      nodes.add(new NodeRecord(number, 0, host, http, adminPort, management, file));
    }
    return nodes;
  }

  private void checkPorts(NodeRecord node) {
    checkPort(node, node.host(), node.http(), "HTTP");
    checkPort(node, "127.0.0.1", node.admin(), "admin");
  }

  private static void checkPort(NodeRecord node, String host, int port, String use) {
    if (!Ports.isFree(host, port)) {
      throw new Failure(
          "Port %d, which node %d needs for %s, is taken: end what listens there, or choose others with --port."
              .formatted(port, node.number(), use));
    }
  }

  private List<NodeRecord> startAll(
      List<NodeRecord> nodes, List<Integer> contactPoints, int members) {
    try {
      nodes.forEach(node -> start(node, contactPoints));
      awaitReady(members);
      return List.copyOf(started.keySet());
    } catch (RuntimeException failure) {
      new Stopper(data, terminal, interrupts).stop(List.copyOf(started.keySet()));
      throw failure;
    }
  }

  private void start(NodeRecord node, List<Integer> contactPoints) {
    NodeConf conf = new NodeConf(node, data.root(), contactPoints);
    data.write(node, conf);
    Process process =
        jvm.start(
            data.conf(node.number()), data.log(node.number()), conf.environment(jvm.environment()));
    NodeRecord running = node.withPid(process.pid());
    try {
      data.write(running);
    } catch (RuntimeException unwritten) {
      process.destroyForcibly().onExit().join();
      throw unwritten;
    }
    started.put(running, process);
  }

  private void awaitReady(int members) {
    Set<NodeRecord> ready = new HashSet<>();
    boolean all =
        new Progress(terminal, Progress.endOf(started.values().stream().map(Process::toHandle)))
            .await(
                () -> {
                  started.forEach(this::checkAlive);
                  started.keySet().stream()
                      .filter(node -> !ready.contains(node) && isReady(node, members))
                      .forEach(ready::add);
                  return ready.size() == started.size();
                },
                READY_WITHIN,
                () -> "starting: %d of %d ready".formatted(ready.size(), started.size()));
    if (!all) {
      throw new Failure(
          "Only %d of %d nodes were ready within %d s; their logs are in %s."
              .formatted(
                  ready.size(), started.size(), READY_WITHIN.toSeconds(), data.log(1).getParent()));
    }
  }

  /** Ready, and one cluster with all the others. */
  private boolean isReady(NodeRecord node, int members) {
    JsonNode status = admin.status(node.admin()).orElse(null);
    if (status == null || !status.path("ready").asBoolean()) {
      return false;
    }
    int up = 0;
    for (JsonNode member : status.path("members")) {
      up += member.path("status").asText().equals("up") ? 1 : 0;
    }
    return up >= members;
  }

  private void checkAlive(NodeRecord node, Process process) {
    if (interrupts.requested()) {
      throw new Failure("Stopped before it was ready.");
    }
    if (!process.isAlive()) {
      throw new Failure(
          "Node %d ended while it started (exit code %d). %s The whole log: %s"
              .formatted(
                  node.number(),
                  process.exitValue(),
                  NodeLog.reason(data.log(node.number())),
                  data.log(node.number())));
    }
  }
}
