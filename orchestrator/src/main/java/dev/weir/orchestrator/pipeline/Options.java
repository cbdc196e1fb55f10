package dev.weir.orchestrator.pipeline;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What a request's metadata tells one pipeline: the keys {@code <pipeline>.<option>}. */
record Options(String pipeline, Map<String, String> metadata) {

  String text(String option, String fallback) {
    String value = metadata.get(key(option));
    return value == null || value.isBlank() ? fallback : value.strip();
  }

  /** The parts of a comma-separated value; empty when there is none. */
  List<String> list(String option) {
    return Arrays.stream(text(option, "").split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  /** A whole number from 1 to {@code most}. */
  OptionalInt count(String option, int most) {
    String value = text(option, "");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!value.matches("[0-9]{1,9}")
        || Integer.parseInt(value) < 1
        || Integer.parseInt(value) > most) {
      throw wrong(option, value, "expected a number from 1 to " + most);
    }
    return OptionalInt.of(Integer.parseInt(value));
  }

  WeirException wrong(String option, String value, String expected) {
    return WeirError.invalid(
            "metadata." + key(option),
            "Invalid value: '%s' for '%s'; %s.".formatted(value, key(option), expected))
        .asException();
  }

  private String key(String option) {
    return pipeline + "." + option;
  }
}
