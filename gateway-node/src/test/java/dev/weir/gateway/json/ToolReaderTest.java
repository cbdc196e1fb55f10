package dev.weir.gateway.json;

import static dev.weir.gateway.json.Refused.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolReaderTest {

  private static final List<Tool> TOOLS =
      List.of(new Tool("f", "", "{}", false), new Tool("g", "", "{}", false));

  @Test
  void toolsOfTheRequestMayBeAllowed() {
    assertThat(
            choice(
                "{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[{\"name\":\"g\"}]}"))
        .isEqualTo(new ToolChoice.Allowed(List.of("g"), true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"function\",\"name\":\"h\"}",
        "{\"type\":\"allowed_tools\",\"tools\":[]}",
        "{\"type\":\"allowed_tools\",\"tools\":[{\"name\":\"f\"},{\"name\":\"h\"}]}",
        "{\"type\":\"allowed_tools\",\"allowed_tools\":"
            + "{\"mode\":\"auto\",\"tools\":[{\"function\":{\"name\":\"h\"}}]}}"
      })
  void aChoiceOfWhatIsNotInTheRequestIsRefused(String choice) {
    assertRefused("tool_choice", () -> choice(choice));
  }

  private static ToolChoice choice(String choice) {
    String body = "{\"tool_choice\":" + choice + "}";
    return ToolReader.choice(
        Fields.of(Json.readObject(body.getBytes(StandardCharsets.UTF_8))), TOOLS);
  }
}
