package dev.weir.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[1]",
        "{\"a\":",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":\"\\ude00\\ud83d\"}",
        "{\"a\":\"\\uD83Dx\"}",
        "{\"a\":\"\\\\\\ud83d\"}"
      })
  void whatIsNoObjectOfWholeCharactersIsRefused(String text) {
    assertInvalid(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"😀\"}", "{\"a\":\"\\\\ud83d\"}", "{}"})
  void wholeCharactersAreTaken(String text) {
    assertThat(Json.readObject(text.getBytes(StandardCharsets.UTF_8)).isObject()).isTrue();
  }

  @Test
  void badEncodingIsRefused() {
    assertInvalid(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'});
    assertInvalid(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xe2, (byte) 0x82, '"', '}'});
    assertInvalid(new byte[] {0, 0, 0, '{', 0x7f, 0, 0, '}'});
  }

  @Test
  void deepNestingIsRefused() {
    assertInvalid(("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8));
  }

  private static void assertInvalid(byte[] body) {
    assertThatThrownBy(() -> Json.readObject(body))
        .isInstanceOfSatisfying(
            WeirException.class,
            refused -> assertThat(refused.error()).isInstanceOf(WeirError.InvalidRequest.class));
  }
}
