package dev.weir.gateway.json;

import static dev.weir.gateway.json.Refused.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.orchestrator.response.ResponseRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseRequestReaderTest {

  private final ResponseRequestReader reader = new ResponseRequestReader(new ItemReader(() -> "1"));

  @Test
  void aFunctionsResultMayBeTextParts() {
    assertThat(read(result("[{\"type\":\"input_text\",\"text\":\"a\"},{\"text\":\"b\"}]")).input())
        .containsExactly(
            new Item.FunctionCallOutput("fco_1", ItemStatus.COMPLETED, "call", "a\nb"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"input_image\",\"image_url\":\"https://x.example/a.png\"}",
        "{\"type\":\"input_file\",\"file_id\":\"f\"}"
      })
  void aFunctionsResultThatIsNoTextIsRefusedByName(String part) {
    String output = "[{\"type\":\"input_text\",\"text\":\"a\"}," + part + "]";

    assertRefused("input[0].output[1].type", () -> read(result(output)));
  }

  private static String result(String output) {
    return "\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"call\",\"output\":"
        + output
        + "}]";
  }

  private ResponseRequest read(String fields) {
    String body = "{\"model\":\"m\"," + fields + "}";
    return reader.read(Fields.of(Json.readObject(body.getBytes(StandardCharsets.UTF_8))));
  }
}
