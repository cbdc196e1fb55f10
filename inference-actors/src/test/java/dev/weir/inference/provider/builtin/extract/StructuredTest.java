package dev.weir.inference.provider.builtin.extract;

import static dev.weir.inference.provider.builtin.extract.Calls.SALMON;
import static dev.weir.inference.provider.builtin.extract.Calls.answer;
import static dev.weir.inference.provider.builtin.extract.Calls.chat;
import static dev.weir.inference.provider.builtin.extract.Calls.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.builtin.extract.schema.Json;
import org.junit.jupiter.api.Test;

class StructuredTest {

  @Test
  void fillsTheFieldsOfASchemaFromTheText() {
    assertThat(
            json(
                "John Smith is 42 years old and lives in Boston. His email is john@x.org.",
                """
                {"type": "object", "additionalProperties": false, "required": ["name", "age", "city", "email", "phone"],
                 "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"},
                   "email": {"type": "string"}, "phone": {"type": ["string", "null"]}}}\
                """))
        .isEqualTo(
            "{\"name\":\"John"
                + " Smith\",\"age\":42,\"city\":\"Boston\",\"email\":\"john@x.org\",\"phone\":null}");
  }

  @Test
  void makesARowOfEachSentence() {
    assertThat(
            json(
                "Ada is 36 years old.\nBob is 41 years old.\nThe end.",
                """
                {"type": "object", "required": ["people"], "properties": {"people": {"type": "array", "items": {
                  "type": "object", "required": ["name", "age"],
                  "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}}}}\
                """))
        .isEqualTo("{\"people\":[{\"name\":\"Ada\",\"age\":36},{\"name\":\"Bob\",\"age\":41}]}");
  }

  @Test
  void writesASummaryOrAnAnswerIntoItsField() {
    String field =
        "{\"type\":\"object\",\"required\":[\"%1$s\"],\"properties\":{\"%1$s\":{\"type\":\"string\"}}}";
    assertThat(json(SALMON + "\n\nHow high can a salmon jump?", field.formatted("answer")))
        .isEqualTo("{\"answer\":\"A salmon can jump 3.7 metres to pass a waterfall.\"}");
    assertThat(json(SALMON + "\n\nSummarise this in 1 sentence.", field.formatted("summary")))
        .contains("almon");
  }

  @Test
  void aJsonObjectHoldsThePairsOfTheTextOrTheAnswer() {
    assertThat(answer(with(chat("name: Ada\nage: 36\nmember: true"), new TextFormat.JsonObject())))
        .isEqualTo("{\"name\":\"Ada\",\"age\":36,\"member\":true}");
    assertThat(Json.parse(answer(with(chat("Say \"hi\""), new TextFormat.JsonObject()))))
        .hasValueSatisfying(node -> assertThat(node.path("answer").asText()).isNotBlank());
  }

  @Test
  void aSchemaThatIsNoneIsRefused() {
    for (String schema : new String[] {"{", "{\"not\":{}}", "false"}) {
      assertThatThrownBy(() -> json("x", schema)).as(schema).isInstanceOf(WeirException.class);
    }
  }

  private static String json(String message, String schema) {
    return answer(with(chat(message), new TextFormat.JsonSchema("out", "", schema, true)));
  }
}
