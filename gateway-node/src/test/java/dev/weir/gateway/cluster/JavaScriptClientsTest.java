package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official JavaScript client, and frameworks that build on it, against three nodes: {@code
 * src/test/clients}. Needs Node 20 or newer, and npm's registry.
 */
@Tag("acceptance")
class JavaScriptClientsTest {

  private static final String ALL = "gateway, orchestrator, inference";

  @TempDir private Path data;
  @TempDir private Path clients;

  @Test
  void clientsOfEveryKindAreServed() throws Exception {
    assumeTrue(isInstalled("node") && isInstalled("npm"), "Node and npm are not installed");
    copy(Path.of("src/test/clients"));
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund");
    try (TestCluster cluster = TestCluster.start(data, "", ALL, ALL, ALL)) {
      String urls =
          IntStream.range(0, 3)
              .mapToObj(node -> cluster.node(node).url().toString().replaceAll("/$", ""))
              .collect(Collectors.joining(","));
      run("env", "WEIR_URLS=" + urls, "node", "--test", "--test-reporter=spec");
    }
  }

  private void copy(Path from) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, clients.resolve(file.getFileName()));
      }
    }
  }

  private void run(String... command) throws Exception {
    Path log = clients.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(clients.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      assertThat(ended && process.exitValue() == 0)
          .as("%s:%n%s", String.join(" ", command), Files.readString(log))
          .isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static boolean isInstalled(String command) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }
}
