package dev.weir.orchestrator.structured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Structured;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.ModelCall;
import java.util.List;
import org.junit.jupiter.api.Test;

class WishTest {

  private static final TextFormat LOOSE = new TextFormat.JsonSchema("f", "", "{\"a\": 1}", false);

  @Test
  void whatWeirValidatesIsToldInWords() {
    ModelCall asked = call(LOOSE);
    ModelCall told = Wish.told(asked, Structured.VALIDATE);
    assertThat(told.instructions()).startsWith("Be brief.").contains("{\"a\": 1}");
    assertThat(told.format()).isEqualTo(new TextFormat.Plain());
    assertThat(Wish.told(asked, Structured.NATIVE)).isEqualTo(asked);
    assertThat(Wish.told(call(new TextFormat.Plain()), Structured.VALIDATE))
        .isEqualTo(call(new TextFormat.Plain()));
  }

  private static ModelCall call(TextFormat format) {
    ModelCall plain = ModelCall.of("Be brief.", List.of(), 10);
    return new ModelCall(
        plain.instructions(),
        plain.items(),
        plain.tools(),
        plain.toolChoice(),
        plain.parallelToolCalls(),
        format,
        plain.maxOutputTokens(),
        plain.sampling(),
        null,
        plain.metadata(),
        plain.user());
  }
}
