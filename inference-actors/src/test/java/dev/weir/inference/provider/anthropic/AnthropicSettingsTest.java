package dev.weir.inference.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import dev.weir.inference.provider.Tested;
import dev.weir.inference.provider.upstream.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicSettingsTest {

  @Test
  void defaults() {
    assertThat(settings("upstream-model = claude-opus-5"))
        .isEqualTo(
            new AnthropicSettings(
                new Endpoint(
                    URI.create("https://api.anthropic.com/v1/messages"),
                    Map.of("anthropic-version", "2023-06-01"),
                    Duration.ofSeconds(5)),
                "claude-opus-5",
                Thinking.ADAPTIVE,
                true));
  }

  @Test
  void everyKey() {
    assertThat(
            settings(
                """
                base-url = "http://h:81/proxy/", api-key = " k ", upstream-model = m
                thinking = off, prompt-cache = off, timeouts.connect = 1s
                """))
        .isEqualTo(
            new AnthropicSettings(
                new Endpoint(
                    URI.create("http://h:81/proxy/v1/messages"),
                    Map.of("anthropic-version", "2023-06-01", "x-api-key", "k"),
                    Duration.ofSeconds(1)),
                "m",
                Thinking.OFF,
                false));
  }

  @Test
  void aBaseUrlMayNameTheVersion() {
    assertThat(settings("base-url = \"http://h/v1/\"").endpoint().uri())
        .hasToString("http://h/v1/messages");
  }

  @ParameterizedTest
  @CsvSource({
    "claude-3-7-sonnet-20250219,BUDGET",
    "claude-sonnet-4-20250514,BUDGET",
    "claude-opus-4-1-20250805,BUDGET",
    "claude-haiku-4-5,BUDGET",
    "claude-opus-4-5-20251101,BUDGET",
    "claude-opus-4-6,ADAPTIVE",
    "claude-opus-4-7,ADAPTIVE",
    "claude-sonnet-5,ADAPTIVE",
    "deepseek-chat,BUDGET"
  })
  void theModelsNameSaysHowItThinks(String model, Thinking thinking) {
    assertThat(settings("upstream-model = " + model).thinking()).isEqualTo(thinking);
  }

  @Test
  void neverShowsTheKey() {
    assertThat(settings("api-key = sesame").toString()).doesNotContain("sesame");
  }

  @ParameterizedTest
  @CsvSource({"thinking = hard,thinking = hard", "base-url = \"h:80\",base-url = h:80"})
  void aValueThatCannotBeNamesItsKey(String option, String message) {
    assertThatThrownBy(() -> settings(option))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.tested." + message);
  }

  private static AnthropicSettings settings(String options) {
    return AnthropicSettings.from(Tested.deployment(options));
  }
}
