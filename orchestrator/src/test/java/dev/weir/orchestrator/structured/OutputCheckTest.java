package dev.weir.orchestrator.structured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.ModelCall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputCheckTest {

  private static final OutputCheck CITY =
      schema(
          """
          {"type": "object", "required": ["city", "people"], "additionalProperties": false,
           "properties": {"city": {"type": "string"}, "people": {"$ref": "#/$defs/count"}},
           "$defs": {"count": {"type": "integer", "minimum": 0}}}\
          """);

  @Test
  void whatMatchesHasNoComplaint() {
    assertThat(CITY.complaint("{\"city\": \"Ulm\", \"people\": 128928}")).isEmpty();
    assertThat(CITY.complaint(" \n{\"people\": 0, \"city\": \"\"}\n")).isEmpty();
  }

  @Test
  void everyMistakeIsNamedByItsPlace() {
    assertThat(CITY.complaint("{\"people\": \"many\", \"mayor\": 1}").orElseThrow().lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("city"))
        .anyMatch(line -> line.contains("/people"))
        .anyMatch(line -> line.contains("mayor"));
    assertThat(CITY.complaint("{\"city\": \"Ulm\", \"people\": -1}").orElseThrow())
        .contains("/people", "0");
  }

  @Test
  void aLongListOfMistakesIsCut() {
    OutputCheck numbers = schema("{\"type\": \"array\", \"items\": {\"type\": \"number\"}}");
    String words = "[" + "\"x\",".repeat(999) + "\"x\"]";
    assertThat(numbers.complaint(words).orElseThrow().lines()).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Ulm has 128928 people.", "{\"city\": ", "```json\n{}\n```", "{} and {}"})
  void whatIsNotOneJsonValueIsWrong(String text) {
    assertThat(CITY.complaint(text)).isPresent();
    assertThat(OutputCheck.of(new TextFormat.JsonObject()).complaint(text)).isPresent();
  }

  @Test
  void anObjectIsAnyObject() {
    OutputCheck object = OutputCheck.of(new TextFormat.JsonObject());
    assertThat(object.complaint("{\"anything\": [1]}")).isEmpty();
    assertThat(object.complaint("[1]").orElseThrow()).contains("object");
  }

  @Test
  void theSchemasOwnDraftIsKeptTo() {
    String items = "{%s\"type\": \"array\", \"items\": [{\"type\": \"string\"}]}";
    OutputCheck seven =
        schema(items.formatted("\"$schema\": \"http://json-schema.org/draft-07/schema#\", "));
    assertThat(seven.complaint("[\"a\", 1]")).isEmpty();
    assertThat(seven.complaint("[1]")).isPresent();
    assertInvalid(items.formatted(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "{\"type\": \"strnig\"}",
        "{\"properties\": 1}",
        "{\"$schema\": \"https://example.com/mine\"}",
        "{\"$ref\": \"https://example.com/other.json\"}",
        "{\"$ref\": \"file:///etc/hostname\"}",
        "{\"$ref\": \"#/$defs/missing\"}",
        "{\"pattern\": \"(\"}"
      })
  void aSchemaThatIsNoneIsRefused(String schema) {
    assertInvalid(schema);
  }

  @Test
  void aPatternThatTakesForEverIsGivenUp() {
    OutputCheck slow = schema("{\"type\": \"string\", \"pattern\": \"^(a|a|b|aa)*c$\"}");
    assertThat(slow.complaint("\"ac\"")).isEmpty();
    assertThat(slow.complaint("\"" + "a".repeat(60) + "\"").orElseThrow()).contains("pattern");
  }

  @Test
  void aRepairShowsTheAnswerAndTheComplaint() {
    ModelCall call =
        ModelCall.of("Be brief.", List.of(Item.message("msg_1", Role.USER, "Ulm?")), 100);
    List<Item> items = Repair.of(call, "{}", "$: 'city' is missing").items();
    assertThat(items).hasSize(3).startsWith(call.items().getFirst());
    assertThat(items.get(1)).isEqualTo(Item.message("msg_draft", Role.ASSISTANT, "{}"));
    assertThat(((Item.Message) items.get(2)).role()).isEqualTo(Role.USER);
    assertThat(((Item.Message) items.get(2)).text()).contains("'city' is missing");
  }

  private static void assertInvalid(String schema) {
    assertThatThrownBy(() -> schema(schema))
        .isInstanceOfSatisfying(
            WeirException.class,
            refused -> {
              assertThat(refused.error()).isInstanceOf(WeirError.InvalidRequest.class);
              assertThat(refused.error().code()).isEqualTo("invalid_json_schema");
            });
  }

  private static OutputCheck schema(String schema) {
    return OutputCheck.of(new TextFormat.JsonSchema("form", "", schema, false));
  }
}
