package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpSettingsTest {

  @Test
  void defaults() {
    assertThat(HttpSettings.from(ConfigFactory.load().getConfig("weir")))
        .isEqualTo(
            new HttpSettings(
                "127.0.0.1",
                8080,
                32 * 1024 * 1024,
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Duration.ofMinutes(60),
                List.of()));
  }

  @Test
  void everyKeyChanged() {
    var changed =
        ConfigFactory.parseString(
            """
            http { host = "0.0.0.0", port = 1, max-body = 2k, keep-alive = 3s, admission-wait = 4s,
                   socket-lifetime = 5s, cors = ["https://a.example"] }
            """);

    assertThat(HttpSettings.from(changed))
        .isEqualTo(
            new HttpSettings(
                "0.0.0.0",
                1,
                2048,
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                List.of("https://a.example")));
  }

  @Test
  void whereItListensIsWhereAClientOnThisMachineReachesIt() {
    assertThat(HttpSettings.url("127.0.0.1", 1)).isEqualTo("http://127.0.0.1:1");
    assertThat(HttpSettings.url("10.0.0.11", 1)).isEqualTo("http://10.0.0.11:1");
    assertThat(HttpSettings.url("::1", 1)).isEqualTo("http://[::1]:1");
    assertThat(HttpSettings.url("0.0.0.0", 1)).isEqualTo("http://127.0.0.1:1");
    assertThat(HttpSettings.url("::", 1)).isEqualTo("http://127.0.0.1:1");
  }

  @Test
  void aWrongValueNamesItsKey() {
    assertThatThrownBy(
            () ->
                new HttpSettings(
                    "h", 70_000, 1, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, List.of()))
        .hasMessageContaining("weir.http.port");
    assertThatThrownBy(
            () ->
                new HttpSettings(
                    "h", 1, 1, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, List.of()))
        .hasMessageContaining("weir.http.socket-lifetime");
  }
}
