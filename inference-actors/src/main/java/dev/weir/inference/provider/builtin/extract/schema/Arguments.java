package dev.weir.inference.provider.builtin.extract.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * Fills a schema with values found in a text. What is returned conforms to the schema, always: a
 * required value that is not in the text gets its default, null where that is allowed, or a plain
 * sample, and is reported as missing in the last case.
 */
public final class Arguments {

  /** A required value the text does not give. */
  public record Missing(String name, String description) {}

  /**
   * A filled schema.
   *
   * @param value conforms to the schema
   * @param missing what was made up in it
   * @param found how many values come from the text
   */
  public record Filled(JsonNode value, List<Missing> missing, int found) {
    public Filled {
      missing = List.copyOf(missing);
    }
  }

  private Arguments() {}

  /** The filled schema; empty if no value is known that it accepts. */
  public static Optional<Filled> fill(JsonNode schema, Facts facts) {
    try {
      Filled filled =
          new Filler(new Schemas(schema), facts, false).any(schema, Field.of("", ""), true, 0);
      return Optional.of(filled).filter(f -> accepts(schema, f.value())).or(() -> plain(schema));
    } catch (Unsatisfiable | ArithmeticException e) {
      return plain(schema);
    }
  }

  private static Optional<Filled> plain(JsonNode schema) {
    try {
      Schemas schemas = new Schemas(schema);
      JsonNode value = new Samples(schemas, new Conformance(schemas)).of(schema, 0);
      return Optional.of(new Filled(value, List.of(new Missing("arguments", "")), 0));
    } catch (Unsatisfiable | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static boolean accepts(JsonNode schema, JsonNode value) {
    return new Conformance(new Schemas(schema)).accepts(schema, value);
  }
}
