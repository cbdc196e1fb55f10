package dev.weir.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelemetrySettingsTest {

  @Test
  void byDefaultNumbersAreServedAndNothingLeaves() {
    TelemetrySettings settings = settings("");

    assertThat(settings.prometheus()).isTrue();
    assertThat(settings.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.otlp().on()).isFalse();
    assertThat(settings.sampling()).isEqualTo(1);
    Config kamon = Telemetry.kamon(settings);
    assertThat(kamon.getBoolean("kamon.modules.otel-trace-reporter.enabled")).isFalse();
    assertThat(kamon.getBoolean("kamon.modules.prometheus-reporter.enabled")).isTrue();
    assertThat(kamon.getBoolean("kamon.prometheus.start-embedded-http-server")).isFalse();
  }

  @Test
  void everyKeyCanBeChanged() {
    TelemetrySettings settings =
        settings(
            """
            prometheus = off, interval = 2s, sampling = 0.25, kamon { environment.host = h1 }
            otlp { endpoint = "https://traces:4317", protocol = grpc, headers = "k=v"
                   timeout = 3s, interval = 4s }
            """);

    assertThat(settings.otlp())
        .isEqualTo(
            new TelemetrySettings.Otlp(
                "https://traces:4317",
                "grpc",
                "k=v",
                Duration.ofSeconds(3),
                Duration.ofSeconds(4)));
    assertThat(settings.sampling()).isEqualTo(0.25);
    Config kamon = Telemetry.kamon(settings);
    assertThat(kamon.getBoolean("kamon.modules.prometheus-reporter.enabled")).isFalse();
    assertThat(kamon.getDuration("kamon.metric.tick-interval")).isEqualTo(Duration.ofSeconds(2));
    assertThat(kamon.getString("kamon.environment.host")).isEqualTo("h1");
    assertThat(kamon.getString("kamon.otel.trace.endpoint")).isEqualTo("https://traces:4317");
    assertThat(kamon.getString("kamon.otel.trace.protocol")).isEqualTo("grpc");
    assertThat(kamon.getString("kamon.otel.trace.headers")).isEqualTo("k=v");
    assertThat(kamon.getDuration("kamon.otel.trace.timeout")).isEqualTo(Duration.ofSeconds(3));
    assertThat(kamon.getDuration("kamon.trace.tick-interval")).isEqualTo(Duration.ofSeconds(4));
  }

  @ParameterizedTest
  @CsvSource({
    "sampling = 1.5, weir.telemetry.sampling",
    "interval = 1ms, weir.telemetry.interval",
    "otlp.endpoint = localhost, weir.telemetry.otlp.endpoint",
    "otlp.protocol = thrift, weir.telemetry.otlp.protocol",
    "otlp.interval = 1ms, weir.telemetry.otlp.interval"
  })
  void aMistakeIsNamed(String mistake, String key) {
    assertThatThrownBy(() -> settings(mistake))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key + " = ");
  }

  @Test
  void headersAreNotPrinted() {
    assertThat(settings("otlp { endpoint = \"http://h:1\", headers = \"key=secret\" }").toString())
        .doesNotContain("secret");
  }

  private static TelemetrySettings settings(String overrides) {
    return TelemetrySettings.from(
        ConfigFactory.parseString("weir.telemetry {" + overrides + "}")
            .withFallback(ConfigFactory.load()));
  }
}
