package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConduitSettingsTest {

  @Test
  void defaults() {
    assertThat(ConduitSettings.from(ConfigFactory.load()))
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
  void everyKeyChanged() {
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
                  tls { certificate = c.pem, private-key = k.pem, trusted = t.pem }
                  insecure = on
                  parcels { inline = 1k, total = 2m, expire = 5s }
                }
                """))
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
                Optional.of(
                    new ConduitSettings.Tls(Path.of("c.pem"), Path.of("k.pem"), Path.of("t.pem"))),
                new ConduitSettings.Parcelling(1024, 2L << 20, Duration.ofSeconds(5))));
  }

  @ParameterizedTest
  @CsvSource({
    "host,''",
    "port,70000",
    "flush-interval,-1ms",
    "window,1000",
    "max-frame,8k",
    "peer-timeout,10ms",
    "open-timeout,0ms",
    "tls.certificate,''",
    "tls.private-key,''",
    "tls.trusted,''",
    "parcels.inline,128k",
    "parcels.total,1k",
    "parcels.expire,0s"
  })
  void aBadValueIsRefusedByItsName(String key, String value) {
    String all = "weir.conduit.tls { certificate = c, private-key = k, trusted = t }\n";
    assertThatThrownBy(
            () -> ConduitFixture.settings(all + "weir.conduit." + key + " = \"" + value + "\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.conduit." + key);
  }
}
