package dev.weir.inference.provider.builtin.extract.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.builtin.extract.schema.Arguments.Filled;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Missing;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "integer|a table for 4 people at 7pm|people|4",
        "integer|the page size is 1,500|page_size|1500",
        "number|limit=2.5k|limit|2500",
        "number|set the temperature to -3.5 degrees|temperature|-3.5",
        "number|it costs $12.50 each|price|12.5",
        "integer|book seven nights|nights|7",
        "boolean|notify: yes, quick|notify|true",
        "boolean|a room without breakfast|breakfast|false",
        "boolean|a room with breakfast|include_breakfast|true",
        "string|customerName: Ada Lovelace, age: 36|customerName|\"Ada Lovelace\"",
        "string|title = \"A, b and c\"; x|title|\"A, b and c\"",
        "string|a ticket from Oslo to St. Louis|destination|\"St. Louis\"",
        "string|my name is Ada and I pay|name|\"Ada\""
      })
  void findsAValueForAName(String type, String message, String name, String value) {
    String property = "{\"type\": \"" + type + "\"}";
    assertThat(fill(object(name, property), message).value().get(name)).hasToString(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "date|we meet on the 3rd of April 2026|2026-04-03",
        "date|am 3. April 2026|2026-04-03",
        "date|on 2026-4-3|2026-04-03",
        "date|on 4/3/2026|2026-04-03",
        "date|on 31/3/2026|2026-03-31",
        "date-time|at 2026-04-03 10:30 then|2026-04-03T10:30:00Z",
        "time|at 7:15 pm|19:15:00Z",
        "email|mail ada.l@example.co.uk.|ada.l@example.co.uk",
        "uri|see https://example.com/a?b=c.|https://example.com/a?b=c",
        "uuid|id 123e4567-e89b-12d3-a456-426614174000|123e4567-e89b-12d3-a456-426614174000"
      })
  void findsWhatHasAFormat(String format, String message, String value) {
    String property = "{\"type\": \"string\", \"format\": \"" + format + "\"}";
    assertThat(fill(object("x", property), message).value().get("x").asText()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"array\",\"items\":{\"enum\":[\"red\",\"dark green\",\"blue\"]}}|blue and"
            + " dark-green please|[\"blue\",\"dark green\"]",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}|tags: one, two and"
            + " three|[\"one\",\"two\",\"three\"]",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"format\":\"email\"}}|to a@b.co and"
            + " c@d.co|[\"a@b.co\",\"c@d.co\"]",
        "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"maxItems\":2}|add 3, 4 and 5|[3,4]",
        "{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"uniqueItems\":true}|add 3, 3 and"
            + " 5|[3,5]"
      })
  void findsLists(String property, String message, String value) {
    assertThat(fill(object("tags", property), message).value().get("tags")).hasToString(value);
  }

  @Test
  void aValueOutsideItsBoundsCountsAsMissing() {
    Filled filled =
        fill(
            object("people", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}"),
            "a table for 40 people");
    assertThat(filled.missing()).containsExactly(new Missing("people", ""));
    assertThat(filled.value().get("people").asInt()).isEqualTo(1);
    assertThat(
            fill(object("code", "{\"type\":\"string\",\"pattern\":\"^[A-Z]{3}$\"}"), "code: abcd")
                .missing())
        .hasSize(1);
  }

  @Test
  void eachValueIsUsedOnce() {
    Filled filled =
        fill(
            """
            {"type": "object", "required": ["guests", "nights", "room"], "properties": {
              "room": {"type": "integer"}, "guests": {"type": "integer"}, "nights": {"type": "integer"}}}\
            """,
            "2 guests stay 3 nights");
    assertThat(filled.value().toString()).isEqualTo("{\"room\":0,\"guests\":2,\"nights\":3}");
    assertThat(filled.missing()).extracting(Missing::name).containsExactly("room");
  }

  @Test
  void optionalValuesThatAreNotThereAreLeftOut() {
    Filled filled =
        fill(
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"string\",\"format\":\"date\"}}}",
            "hello");
    assertThat(filled.value().toString()).isEqualTo("{}");
    assertThat(filled.missing()).isEmpty();
  }

  @Test
  void followsReferencesAndEndsInRecursiveOnes() {
    String tree =
        """
        {"type": "object", "required": ["root"], "properties": {"root": {"$ref": "#/$defs/node"}},
         "$defs": {"node": {"type": "object", "required": ["size"], "properties": {
           "size": {"type": "integer"}, "left": {"$ref": "#/$defs/node"}, "right": {"$ref": "#/$defs/node"}}}}}\
        """;
    assertThat(fill(tree, "a root of size 5").value().toString())
        .isEqualTo("{\"root\":{\"size\":5}}");
    String endless =
        "{\"type\":\"object\",\"required\":[\"me\"],\"properties\":{\"me\":{\"$ref\":\"#\"}}}";
    assertThat(
            Arguments.fill(Json.parse(endless).orElseThrow(), new Facts("x", Set.of(), () -> "")))
        .isEmpty();
  }

  @Test
  void schemasThatWouldTakeForeverAreGivenUp() {
    StringBuilder definitions =
        new StringBuilder("\"d0\":{\"type\":\"string\",\"minLength\":2000000000}");
    for (int at = 1; at < 40; at++) {
      definitions.append(
          ",\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}"
              .formatted(at, at - 1, at - 1));
    }
    String hostile = "{\"$ref\":\"#/$defs/d39\",\"$defs\":{" + definitions + "}}";
    for (String schema :
        new String[] {
          hostile,
          "{\"type\":\"array\",\"minItems\":2000000000,\"items\":{\"type\":\"integer\"}}",
          "{\"type\":\"number\",\"minimum\":1e99999}",
          "{\"type\":\"string\",\"pattern\":\"(a{2000}){2000}\"}",
          "{\"$ref\":\"#\"}",
          "{\"$ref\":\"https://example.com/other\"}"
        }) {
      assertThat(
              Arguments.fill(Json.parse(schema).orElseThrow(), new Facts("5", Set.of(), () -> "")))
          .as(schema)
          .isEmpty();
    }
  }

  @Test
  void aRunawayPatternDoesNotRunAway() {
    String schema = object("x", "{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}");
    assertThat(fill(schema, "a".repeat(60) + "!b").value().get("x").asText()).matches("a+");
  }

  private static String object(String name, String property) {
    return "{\"type\":\"object\",\"required\":[\""
        + name
        + "\"],\"properties\":{\""
        + name
        + "\":"
        + property
        + "}}";
  }

  private static Filled fill(String schema, String message) {
    return Arguments.fill(Json.parse(schema).orElseThrow(), new Facts(message, Set.of(), () -> ""))
        .orElseThrow();
  }
}
