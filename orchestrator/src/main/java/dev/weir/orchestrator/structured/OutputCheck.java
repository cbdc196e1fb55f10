package dev.weir.orchestrator.structured;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.ValidationMessage;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.TextFormat;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells whether a text has the form that was asked for, or why not. Thread safe. */
public final class OutputCheck {

  private static final int MOST_COMPLAINTS = 20;
  private static final int LONGEST_COMPLAINT = 300;

  private static final ObjectReader JSON =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final @Nullable JsonSchema schema;

  private OutputCheck(@Nullable JsonSchema schema) {
    this.schema = schema;
  }

  /**
   * The check of a form.
   *
   * @throws dev.weir.cluster.error.WeirException if its schema is none
   */
  public static OutputCheck of(TextFormat format) {
    return switch (format) {
      case TextFormat.JsonSchema wanted -> new OutputCheck(Schemas.compile(parse(wanted.schema())));
      case TextFormat.JsonObject object -> new OutputCheck(null);
      case TextFormat.Plain plain ->
          throw new IllegalArgumentException("plain text has no form to check");
    };
  }

  private static JsonNode parse(String schema) {
    try {
      return JSON.readTree(schema);
    } catch (JsonProcessingException malformed) {
      throw Schemas.invalid("The schema is not JSON.").asException();
    }
  }

  /** What is wrong with {@code text}, a line for each thing; empty when nothing is. */
  public Optional<String> complaint(String text) {
    JsonNode value;
    try {
      value = JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      var at = malformed.getLocation();
      return Optional.of(
          "It is not JSON, and nothing but JSON, from line %d, column %d on."
              .formatted(at.getLineNr(), at.getColumnNr()));
    }
    if (value == null || value.isMissingNode()) {
      return Optional.of("It is empty.");
    }
    if (schema == null) {
      return value.isObject() ? Optional.empty() : Optional.of("It is JSON, but no object.");
    }
    return complaint(schema, value);
  }

  private static Optional<String> complaint(JsonSchema schema, JsonNode value) {
    try {
      String complaints =
          schema.validate(value).stream()
              .map(ValidationMessage::getMessage)
              .map(it -> it.substring(0, Math.min(it.length(), LONGEST_COMPLAINT)))
              .limit(MOST_COMPLAINTS)
              .collect(Collectors.joining("\n"));
      return complaints.isEmpty() ? Optional.empty() : Optional.of(complaints);
    } catch (BoundedPatterns.TooLong | StackOverflowError tooLong) {
      return Optional.of("Whether it matches a pattern of the schema cannot be told in time.");
    }
  }

  /** What is told where the answer still is not as it should be; the output has the text. */
  public static WeirError invalidOutput() {
    return new WeirError.ModelFailed(
        "invalid_output",
        "The model's answer does not have the form that text.format asks for; the output holds it.",
        false);
  }
}
