package dev.weir.inference.provider.builtin.extract.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Filled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is filled in is judged by an independent validator, over many schemas and messages. */
class GeneratedSchemasTest {

  private static final int SCHEMAS = 600;

  private static final List<String> MESSAGES =
      List.of(
          "",
          "Search for \"old maps\" from Oslo to Bergen on March 5, 2026 for 4 people at 7pm",
          "name: Ada Lovelace, city: London, count: 12, price: 3.75, notify: no, tags: red, green"
              + " and blue",
          "Mail ada@example.org the link https://example.com/a?b=c, choice a and choice b, 1,200"
              + " times or -5",
          "größe = 21; user_id = ABC-1234; maxResults 28; language: German; message: see you"
              + " there");

  @Test
  void argumentsAlwaysValidate() {
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (int seed = 0; seed < SCHEMAS; seed++) {
      ObjectNode schema = SchemaGenerator.of(seed);
      JsonSchema judge = factory.getSchema(schema);
      for (String message : MESSAGES) {
        Filled filled =
            Arguments.fill(schema, new Facts(message, Set.of(), () -> "An answer.")).orElse(null);
        if (filled == null || !isValid(judge, filled.value())) {
          wrong.add(seed + " " + schema + " -> " + (filled == null ? "nothing" : filled.value()));
        } else {
          found += filled.found();
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(found).as("values taken from the texts").isGreaterThan(SCHEMAS);
  }

  @Test
  void theJudgeRefusesWhatIsWrong() {
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    for (int seed = 0; seed < SCHEMAS; seed++) {
      ObjectNode schema = SchemaGenerator.of(seed);
      if (!schema.path("required").isEmpty()) {
        assertThat(isValid(factory.getSchema(schema), schema.objectNode())).isFalse();
      }
    }
    JsonSchema date = factory.getSchema("{\"format\": \"date\"}");
    assertThat(isValid(date, Json.parse("\"5 March\"").orElseThrow())).isFalse();
  }

  @Test
  void fillingIsRepeatable() {
    for (int seed = 0; seed < 50; seed++) {
      ObjectNode schema = SchemaGenerator.of(seed);
      for (String message : MESSAGES) {
        assertThat(fill(schema, message)).isEqualTo(fill(schema, message));
      }
    }
  }

  private static Filled fill(JsonNode schema, String message) {
    return Arguments.fill(schema, new Facts(message, Set.of(), () -> "")).orElseThrow();
  }

  private static boolean isValid(JsonSchema judge, JsonNode value) {
    JsonNode parsed = Json.parse(Json.write(value)).orElseThrow();
    return judge
        .validate(parsed, context -> context.getExecutionConfig().setFormatAssertionsEnabled(true))
        .isEmpty();
  }
}
