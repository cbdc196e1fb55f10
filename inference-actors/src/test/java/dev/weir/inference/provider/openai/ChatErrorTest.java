package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatErrorTest {

  @ParameterizedTest
  @CsvSource({
    "400,upstream_rejected,false",
    "401,upstream_auth,false",
    "403,upstream_auth,false",
    "404,upstream_model_not_found,false",
    "405,upstream_rejected,false",
    "408,upstream_overloaded,true",
    "409,upstream_overloaded,true",
    "429,upstream_rate_limited,true",
    "500,upstream_error,true",
    "502,upstream_error,true",
    "503,upstream_overloaded,true"
  })
  void theStatusDecides(int status, String code, boolean retryable) {
    assertThat(error(status, "<html>"))
        .isInstanceOfSatisfying(
            WeirError.ModelFailed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo(code);
              assertThat(failed.retryable()).isEqualTo(retryable);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"x\"}}",
        "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 tokens."
            + " However\",\"code\":400}",
        "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",\"message\":\"x\"}}",
        "{\"error\":\"the request exceeds the available context size\"}"
      })
  void knowsAContextThatIsTooLongByAnyName(String body) {
    assertThat(error(400, body).code()).isEqualTo("context_length_exceeded");
  }

  @Test
  void keepsTheWaitTheUpstreamAsksFor() {
    WeirError error = ChatError.WORDS.refusal(429, Duration.ofSeconds(7), new byte[0]);
    assertThat(((WeirError.ModelFailed) error).retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void namesTheFieldButNothingTheUpstreamSays() {
    WeirError error =
        error(400, "{\"error\":{\"message\":\"sesame\",\"param\":\"temperature\",\"code\":null}}");
    assertThat(error)
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class, e -> assertThat(e.param()).isEqualTo("temperature"));
    assertThat(error.message()).contains("temperature").doesNotContain("sesame");
    assertThat(error(400, "{\"error\":{\"param\":\"open sesame!\"}}").toString())
        .doesNotContain("sesame");
  }

  private static WeirError error(int status, String body) {
    return ChatError.WORDS.refusal(status, Duration.ZERO, body.getBytes(StandardCharsets.UTF_8));
  }
}
