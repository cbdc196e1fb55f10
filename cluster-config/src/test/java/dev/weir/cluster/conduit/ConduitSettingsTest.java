package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import dev.weir.cluster.node.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConduitSettingsTest {

  @Test
  void defaults() {
    assertThat(ConduitFixture.settings(""))
        .isEqualTo(
            new ConduitSettings(
                "127.0.0.1",
                0,
                Duration.ofMillis(10),
                64 * 1024,
                128 * 1024,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false,
                Optional.empty(),
                new ConduitSettings.Parcelling(64 * 1024, 128L << 20, Duration.ofSeconds(60))));
  }

  @Test
  void everyKeyChanged(@TempDir Path folder) throws IOException {
    Path pem = Files.createFile(folder.resolve("node.pem"));
    assertThat(
            ConduitFixture.settings(
                """
                weir.conduit {
                  host = node-1
                  port = 7000
                  flush-interval = 5ms
                  window = 32k
                  max-frame = 64k
                  peer-timeout = 3s
                  open-timeout = 4s
                  parcels { inline = 1k, total = 2m, expire = 5s }
                }
                weir.cluster { insecure = on, tls { key = "%1$s", certificate = "%1$s", ca = "%1$s" } }
                """
                    .formatted(pem)))
        .isEqualTo(
            new ConduitSettings(
                "node-1",
                7000,
                Duration.ofMillis(5),
                32 * 1024,
                64 * 1024,
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                true,
                Optional.of(new Tls(pem, pem, pem)),
                new ConduitSettings.Parcelling(1024, 2L << 20, Duration.ofSeconds(5))));
  }

  @Test
  void itIsWhereTheNodeIs() {
    String elsewhere = "weir.cluster { host = 10.0.0.1, insecure = on }";
    assertThat(ConduitFixture.settings(elsewhere).host()).isEqualTo("10.0.0.1");
    assertThat(ConduitFixture.settings(elsewhere + ", weir.conduit.host = 10.0.1.1").host())
        .isEqualTo("10.0.1.1");
  }

  @ParameterizedTest
  @CsvSource({
    "host,' '",
    "port,70000",
    "flush-interval,-1ms",
    "window,1000",
    "max-frame,8k",
    "peer-timeout,10ms",
    "open-timeout,0ms",
    "host,0.0.0.0",
    "parcels.inline,128k",
    "parcels.total,1k",
    "parcels.expire,0s"
  })
  void aBadValueIsRefusedByItsName(String key, String value) {
    assertThatThrownBy(
            () -> ConduitFixture.settings("weir.conduit." + key + " = \"" + value + "\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.conduit." + key);
  }
}
