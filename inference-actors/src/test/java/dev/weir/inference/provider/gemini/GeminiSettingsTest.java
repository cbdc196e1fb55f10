package dev.weir.inference.provider.gemini;

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

class GeminiSettingsTest {

  private static final String SERVICE = "https://generativelanguage.googleapis.com/v1beta/";
  private static final String VECTORS = ":batchEmbedContents";
  private static final String CALL = ":streamGenerateContent?alt=sse";

  @Test
  void defaults() {
    assertThat(settings("upstream-model = gemini-3-flash"))
        .isEqualTo(
            new GeminiSettings(
                new Endpoint(
                    URI.create(SERVICE + "models/gemini-3-flash" + CALL),
                    Map.of(),
                    Duration.ofSeconds(5)),
                new Endpoint(
                    URI.create(SERVICE + "models/gemini-3-flash" + VECTORS),
                    Map.of(),
                    Duration.ofSeconds(5)),
                "models/gemini-3-flash",
                Thinking.LEVEL,
                true));
  }

  @Test
  void everyKey() {
    assertThat(
            settings(
                """
                base-url = "http://h:81/v1/", api-key = " k ", upstream-model = gemini-2.5-pro
                thinking = off, timeouts.connect = 1s
                """))
        .isEqualTo(
            new GeminiSettings(
                new Endpoint(
                    URI.create("http://h:81/v1/models/gemini-2.5-pro" + CALL),
                    Map.of("x-goog-api-key", "k"),
                    Duration.ofSeconds(1)),
                new Endpoint(
                    URI.create("http://h:81/v1/models/gemini-2.5-pro" + VECTORS),
                    Map.of("x-goog-api-key", "k"),
                    Duration.ofSeconds(1)),
                "models/gemini-2.5-pro",
                Thinking.OFF,
                false));
  }

  @ParameterizedTest
  @CsvSource({
    "models/x,models/x",
    "tunedModels/x,tunedModels/x",
    "../../v1/files,models/..%2F..%2Fv1%2Ffiles",
    "models/../x,models/models%2F..%2Fx",
    "a b?c#d,models/a%20b%3Fc%23d",
    "*,models/*"
  })
  void aNameLeadsToNoOtherPath(String model, String path) {
    assertThat(settings("upstream-model = \"" + model + "\"").endpoint().uri())
        .hasToString(SERVICE + path + CALL);
  }

  @ParameterizedTest
  @CsvSource({
    "gemini-2.5-flash,BUDGET",
    "models/gemini-2.0-flash-001,BUDGET",
    "gemma-3-27b-it,BUDGET",
    "gemini-3-pro-preview,LEVEL",
    "gemini-flash-latest,LEVEL"
  })
  void theModelsNameSaysHowItThinks(String model, Thinking thinking) {
    assertThat(settings("upstream-model = \"" + model + "\"").thinking()).isEqualTo(thinking);
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

  private static GeminiSettings settings(String options) {
    return GeminiSettings.from(Tested.deployment(options));
  }
}
