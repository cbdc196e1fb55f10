package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays of a cluster whose files cannot be written, with shells in the place of nodes. */
class StarterTest {

  private static final String NODE =
      """
      #!/bin/sh
      while :; do sleep 0.1; done
      """;
  private static final Config CONFIG = ConfigFactory.parseString("weir.http.host = 127.0.0.1");

  @TempDir private Path root;
  private DataFolder folder;
  private Starter starter;

  @BeforeEach
  void create() throws IOException {
    folder = new DataFolder(root);
    folder.create();
    Path java =
        Files.createFile(
            root.resolve("java"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(java, NODE);
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    starter =
        new Starter(
            folder,
            new NodeJvm(java, "", List.of(), Map.of("PATH", "/usr/bin:/bin")),
            new AdminClient(""),
            new Terminal(
                new ByteArrayInputStream(new byte[0]), nowhere, nowhere, false, false, false),
            new Interrupts());
  }

  @AfterEach
  void leaveNothingBehind() {
    children().forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void aRecordThatCannotBeWrittenLeavesNoProcess() throws IOException {
    Files.createDirectory(root.resolve("nodes/2.json.new"));

    assertThatThrownBy(this::up).isInstanceOf(Failure.class).hasMessageContaining("2.json");
    assertThat(children()).isEmpty();
    assertThat(folder.nodes()).isEmpty();
  }

  @Test
  void aConfigurationThatCannotBeWrittenLeavesNoProcess() throws IOException {
    Files.createDirectory(folder.conf(2));

    assertThatThrownBy(this::up).isInstanceOf(Failure.class).hasMessageContaining("2.conf");
    assertThat(children()).isEmpty();
    assertThat(folder.nodes()).isEmpty();
  }

  private List<NodeRecord> up() {
    return starter.cluster(2, Ports.internal(new Random(), Set.of()), Optional.empty(), CONFIG);
  }

  private List<ProcessHandle> children() {
    return ProcessHandle.current()
        .children()
        .filter(
            child ->
                child.info().commandLine().filter(c -> c.contains(root.toString())).isPresent())
        .toList();
  }
}
