package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.inference.item.TextFormat;
import org.junit.jupiter.api.Test;

class StructuredTest {

  private static final TextFormat STRICT = new TextFormat.JsonSchema("f", "", "{\"a\": 1}", true);
  private static final TextFormat LOOSE = new TextFormat.JsonSchema("f", "", "{\"a\": 1}", false);

  @Test
  void theProviderDecidesUnlessTold() {
    assertThat(Structured.from("k", "auto", "openai", "")).isEqualTo(Structured.NATIVE);
    assertThat(Structured.from("k", "auto", "gemini", "")).isEqualTo(Structured.NATIVE);
    assertThat(Structured.from("k", "auto", "anthropic", "")).isEqualTo(Structured.STRICT);
    assertThat(Structured.from("k", "auto", "builtin", "extract")).isEqualTo(Structured.NATIVE);
    assertThat(Structured.from("k", "auto", "builtin", "sim")).isEqualTo(Structured.OFF);
    assertThat(Structured.from("k", "validate", "openai", "")).isEqualTo(Structured.VALIDATE);
    assertThatThrownBy(() -> Structured.from("d.structured", "always", "openai", ""))
        .hasMessageContaining("d.structured")
        .hasMessageContaining("validate");
  }

  @Test
  void strictIsNativeForStrictSchemasAlone() {
    assertThat(Structured.STRICT.of(STRICT)).isEqualTo(Structured.NATIVE);
    assertThat(Structured.STRICT.of(LOOSE)).isEqualTo(Structured.VALIDATE);
    assertThat(Structured.STRICT.of(new TextFormat.JsonObject())).isEqualTo(Structured.VALIDATE);
    assertThat(Structured.VALIDATE.of(new TextFormat.Plain())).isEqualTo(Structured.OFF);
  }
}
