package dev.weir.bench.node;

import dev.weir.gateway.cli.Launching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Nodes on loopback that form one cluster, with a folder of their own, until closed. */
public final class Cluster implements AutoCloseable {

  /** The roles of a node that does everything. */
  public static final String ALL = "gateway, orchestrator, inference";

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final String settings;
  private final List<String> roles;
  private final List<Integer> managementPorts;
  private final List<NodeProcess> nodes = new ArrayList<>();

  private Cluster(Path folder, String settings, List<String> roles) {
    this.folder = folder;
    this.settings = settings;
    this.roles = roles;
    this.managementPorts = Launching.ports(roles.size());
  }

  /** One node for each of {@code roles}, all with {@code settings} (HOCON); waits until ready. */
  public static Cluster start(String settings, String... roles) {
    try {
      Cluster cluster =
          new Cluster(Files.createTempDirectory("weir-bench"), settings, Arrays.asList(roles));
      try {
        cluster.startAll();
        return cluster;
      } catch (RuntimeException failed) {
        cluster.nodes.forEach(NodeProcess::kill);
        throw new IllegalStateException("see the logs in " + cluster.folder, failed);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void startAll() {
    for (int node = 0; node < roles.size(); node++) {
      nodes.add(start(node));
    }
    List<CompletableFuture<Void>> ready =
        nodes.stream()
            .map(node -> CompletableFuture.runAsync(() -> node.awaitReady(PATIENCE)))
            .toList();
    ready.forEach(CompletableFuture::join);
  }

  private NodeProcess start(int node) {
    String points =
        managementPorts.stream()
            .map(port -> "\"127.0.0.1:" + port + "\"")
            .collect(Collectors.joining(",", "[", "]"));
    String config =
        """
        weir {
          data = "%s"
          http.port = 0
          admin.port = 0
          roles = [%s]
          cluster { management-port = %d, contact-points = %s }
        }
        %s
        """
            .formatted(folder, roles.get(node), managementPorts.get(node), points, settings);
    return NodeProcess.start(folder, "node-" + (node + 1), config);
  }

  public NodeProcess node(int index) {
    return nodes.get(index);
  }

  public List<NodeProcess> nodes() {
    return nodes;
  }

  /** CPU seconds all nodes have used. */
  public double cpuSeconds() {
    return nodes.stream().mapToDouble(NodeProcess::cpuSeconds).sum();
  }

  /** Ends the nodes at once and deletes what they wrote. */
  @Override
  public void close() {
    nodes.forEach(NodeProcess::kill);
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
