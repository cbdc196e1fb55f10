package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import dev.weir.gateway.node.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfTest {

  @TempDir private Path folder;

  @Test
  void theLaunchersKeysAreOverTheOperatorsAndTheOperatorsOverItsDefaults() throws IOException {
    Path file = folder.resolve("my \"own\" weir.conf");
    Files.writeString(
        file,
        "weir { http { port = 1, host = localhost }, admin.host = 0.0.0.0, runs.max-lag = 1k"
            + ", cluster.drain-timeout = 7s }");

    Config config = written(Optional.of(file));

    assertThat(config.getInt("weir.http.port")).isEqualTo(8081);
    assertThat(config.getString("weir.http.host")).isEqualTo("localhost");
    assertThat(config.getInt("weir.admin.port")).isEqualTo(9081);
    assertThat(config.getString("weir.admin.host")).isEqualTo("127.0.0.1");
    assertThat(config.getString("weir.data")).isEqualTo(folder.toString());
    assertThat(config.getBytes("weir.runs.max-lag")).isEqualTo(1024);
    assertThat(config.getDuration("weir.cluster.drain-timeout")).hasSeconds(7);
    assertThat(config.getInt("weir.cluster.management-port")).isEqualTo(20_001);
    assertThat(config.getStringList("weir.cluster.contact-points"))
        .containsExactly("127.0.0.1:20000", "127.0.0.1:20001");
  }

  @Test
  void aStoppingNodesWorkEndsBeforeTheLaunchersPatience() throws IOException {
    assertThat(written(Optional.empty()).getDuration("weir.cluster.drain-timeout"))
        .isLessThan(java.time.Duration.ofSeconds(30));
  }

  @Test
  void theEnvironmentCannotOverruleTheLauncher() {
    Map<String, String> variables =
        Map.of("WEIR_HTTP_PORT", "1", "WEIR_DATA", "/x", "WEIR_ADMIN_KEY", "k", "PATH", "/bin");

    assertThat(conf(Optional.empty()).environment(variables))
        .containsOnlyKeys("WEIR_ADMIN_KEY", "PATH");
  }

  private Config written(Optional<Path> file) throws IOException {
    Path conf = folder.resolve("2.conf");
    Files.writeString(conf, conf(file).text());
    return Configuration.load(Optional.of(conf), Map.of()).config();
  }

  private NodeConf conf(Optional<Path> file) {
    NodeRecord node = new NodeRecord(2, 0, "127.0.0.1", 8081, 9081, 20_001, file);
    return new NodeConf(node, folder, List.of(20_000, 20_001));
  }
}
