package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.provider.Tested;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiSettingsTest {

  @Test
  void defaults() {
    assertThat(settings("base-url = \"http://127.0.0.1:8000/v1/\""))
        .isEqualTo(
            new OpenAiSettings(
                URI.create("http://127.0.0.1:8000/v1/chat/completions"),
                "",
                "tested",
                "max_tokens",
                true,
                Continuation.OFF,
                Duration.ofSeconds(5)));
  }

  @Test
  void everyKey() {
    assertThat(
            settings(
                """
                base-url = "https://h.example/v1", api-key = " k ", upstream-model = m
                max-tokens-field = cap, include-usage = off, continuation = prefix, timeouts.connect = 1s
                """))
        .isEqualTo(
            new OpenAiSettings(
                URI.create("https://h.example/v1/chat/completions"),
                "k",
                "m",
                "cap",
                false,
                Continuation.PREFIX,
                Duration.ofSeconds(1)));
  }

  @Test
  void openAiItselfNamesTheCapAnew() {
    assertThat(settings("base-url = \"https://api.openai.com/v1\"").maxTokensField())
        .isEqualTo("max_completion_tokens");
  }

  @Test
  void aKeyAloneIsOpenAisOwn() {
    assertThat(settings("api-key = k").endpoint())
        .isEqualTo(URI.create("https://api.openai.com/v1/chat/completions"));
  }

  @Test
  void neverShowsTheKey() {
    assertThat(settings("base-url = \"http://h/v1\", api-key = sesame").toString())
        .doesNotContain("sesame");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "127.0.0.1:8000", "ftp://h/v1", "http://", "http://a b/"})
  void aBaseUrlThatIsNoneNamesItsKey(String url) {
    assertThatThrownBy(() -> settings("base-url = \"" + url + "\""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.tested.base-url");
  }

  private static OpenAiSettings settings(String options) {
    return OpenAiSettings.from(Tested.deployment(options));
  }
}
