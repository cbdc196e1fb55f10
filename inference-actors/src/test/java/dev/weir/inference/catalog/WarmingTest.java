package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmingTest {

  @Test
  void aConnectionIsKeptUnlessItSaysOtherwise() {
    assertThat(Warming.from(deployment("")))
        .isEqualTo(new Warming(1, false, Duration.ofSeconds(2), false));
  }

  @Test
  void everyKeyCounts() {
    Warming warming =
        Warming.from(
            deployment("warm { connections = 3, probe = models, timeout = 5s, required = on }"));
    assertThat(warming).isEqualTo(new Warming(3, true, Duration.ofSeconds(5), true));
    assertThat(Warming.from(deployment("warm.connections = 0")).isOn()).isFalse();
  }

  @Test
  void serversThatMayNotBeThereAreNotWarmedUnlessTheySaySo() {
    Catalog catalog = Catalog.from(ConfigFactory.load().getConfig("weir"));
    assertThat(Warming.from(catalog.deployment("ollama/*").orElseThrow()).isOn()).isFalse();
    assertThat(Warming.from(catalog.deployment("vllm/*").orElseThrow()).isOn()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "connections,-1",
    "connections,65",
    "probe,ping",
    "timeout,0s",
    "timeout,61s",
  })
  void whatCannotBeIsRefusedByName(String key, String value) {
    Deployment wrong = deployment("warm." + key + " = " + value);
    assertThatThrownBy(() -> Warming.from(wrong))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.d.warm." + key + " = ");
  }

  private static Deployment deployment(String options) {
    return Catalog.from(
            ConfigFactory.parseString(
                    "deployments.d { provider = openai, base-url = \"http://h/v1\"\n"
                        + options
                        + "\n}")
                .withFallback(ConfigFactory.load().getConfig("weir")))
        .deployment("d")
        .orElseThrow();
  }
}
