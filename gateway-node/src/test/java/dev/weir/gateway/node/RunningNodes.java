package dev.weir.gateway.node;

import dev.weir.cluster.node.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Nodes that serve all tests of a class; several are one cluster, whose nodes all know of each
 * other.
 */
public final class RunningNodes implements BeforeAllCallback, AfterAllCallback {

  private final List<String> settings;
  private final List<TestNode> nodes = new ArrayList<>();
  private Path folder;
  private int meeting;

  private RunningNodes(String... settings) {
    this.settings = List.of(settings);
  }

  /** One node for each of {@code settings} (HOCON). */
  public static RunningNodes of(String... settings) {
    return new RunningNodes(settings);
  }

  /** Starts one more, which joins those that run and is the caller's to close. */
  public TestNode join(String own) throws IOException {
    TestNode later =
        TestNode.start(Files.createTempDirectory(folder, "later"), meetingAt(meeting) + own);
    try {
      List<TestNode> all = new ArrayList<>(nodes);
      all.add(later);
      Meeting.of(all);
      return later;
    } catch (AssertionError unmet) {
      later.close();
      throw unmet;
    }
  }

  /** Returns once they know each other, and nobody who has left. */
  public void awaitAlone() {
    Meeting.of(nodes);
  }

  /** The first. */
  public TestNode node() {
    return node(0);
  }

  public TestNode node(int index) {
    return nodes.get(index);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("weir-test");
    meeting = FreePorts.one();
    for (String own : settings) {
      Path data = folder.resolve("node-" + nodes.size());
      nodes.add(TestNode.start(data, settings.size() == 1 ? own : meetingAt(meeting) + own));
    }
    Meeting.of(nodes);
  }

  private String meetingAt(int port) {
    String contact = "weir.cluster.contact-points = [\"127.0.0.1:%d\"]%n".formatted(port);
    return nodes.isEmpty()
        ? contact + "weir.cluster.management-port = %d%n".formatted(port)
        : contact;
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    nodes.reversed().forEach(TestNode::close);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
