package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

  @TempDir private Path root;
  private DataFolder folder;

  @BeforeEach
  void create() {
    folder = new DataFolder(root.resolve("new"));
    folder.create();
  }

  @Test
  void remembersNodesUntilTheyAreRemoved() {
    NodeRecord ten = node(10, Optional.of(Path.of("/etc/weir.conf")));
    NodeRecord two = node(2, Optional.empty());
    folder.write(ten);
    folder.write(two);

    assertThat(folder.nodes()).containsExactly(two, ten);
    assertThat(folder.node(10)).contains(ten);

    folder.remove(two);
    assertThat(folder.nodes()).containsExactly(ten);
    assertThat(folder.node(2)).isEmpty();
  }

  @Test
  void remembersThatANodeIsStopping() {
    NodeRecord two = node(2, Optional.empty());
    folder.write(two);
    folder.stopping(two);

    assertThat(folder.nodes()).containsExactly(two.asStopping());
    folder.remove(two);
    assertThat(folder.nodes()).isEmpty();
  }

  @Test
  void anotherNodeThatHasTheNumberSinceIsLeftAlone() {
    NodeRecord former = node(2, Optional.empty());
    NodeRecord since = former.withPid(4712);
    folder.write(since);
    folder.stopping(former);
    folder.remove(former);

    assertThat(folder.nodes()).containsExactly(since);
  }

  @Test
  void aFolderThatIsNotThereHasNoNodes() {
    assertThat(new DataFolder(root.resolve("absent")).nodes()).isEmpty();
  }

  @Test
  void aBrokenRecordIsNamedWithARemedy() throws IOException {
    Path broken = root.resolve("new/nodes/1.json");
    Files.writeString(broken, "{");

    assertThatThrownBy(folder::nodes)
        .isInstanceOf(Failure.class)
        .hasMessageContaining(broken.toString())
        .hasMessageContaining("Remove it");
  }

  @Test
  void onlyOneCommandStartsNodesAtATime() {
    folder.locked(
        () -> {
          assertThatThrownBy(() -> folder.locked(() -> ""))
              .isInstanceOf(Failure.class)
              .hasMessageContaining("Another command");
          return "";
        });
    assertThat(folder.locked(() -> "free again")).isEqualTo("free again");
  }

  @Test
  void aProcessThatGotTheNumberSinceIsNotTaken() {
    NodeRecord reused =
        new NodeRecord(
            1, ProcessHandle.current().pid(), "127.0.0.1", 8080, 9080, 20_000, Optional.empty());

    assertThat(NodeJvm.isRunning(reused, folder.conf(1))).isFalse();
  }

  private static NodeRecord node(int number, Optional<Path> config) {
    return new NodeRecord(number, 4711, "127.0.0.1", 8080, 9080, 20_000, config);
  }
}
