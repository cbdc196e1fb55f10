package dev.weir.inference.provider.builtin.extract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.item.Tool;
import dev.weir.inference.provider.builtin.extract.schema.Arguments;
import dev.weir.inference.provider.builtin.extract.schema.Facts;
import dev.weir.inference.provider.builtin.extract.schema.Field;
import dev.weir.inference.provider.builtin.extract.text.Cut;
import dev.weir.inference.provider.builtin.extract.text.StopWords;
import dev.weir.inference.provider.builtin.extract.text.Words;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How well a tool fits a message: by the words of its name, its description and its parameters that
 * the message has, and by whether the message gives the arguments.
 */
final class Fit {

  private static final Set<String> VAGUE =
      Set.copyOf(
          List.of(
              ("get fetch set do run call use make tool function api data info information value"
                      + " values given current user name return returns text string list item items"
                      + " new provide provides lookup look")
                  .split(" ", -1)));

  private static final double GOOD = 1.7;
  private static final int LONGEST = 2_000;

  private Fit() {}

  static Optional<Tool> best(List<Tool> tools, String message) {
    Tool best = null;
    double most = 0;
    for (Tool tool : tools) {
      double score = score(tool, message);
      if (score > most) {
        best = tool;
        most = score;
      }
    }
    return Optional.ofNullable(best);
  }

  static boolean isGood(Tool tool, String message) {
    return score(tool, message) >= GOOD;
  }

  /** The stems of the words that speak to {@code tool}. */
  static Set<String> talk(Tool tool) {
    Set<String> talk = stems(Field.words(tool.name()));
    talk.addAll(Words.terms(tool.description()));
    return talk;
  }

  private static double score(Tool tool, String said) {
    return scoreOf(tool, said.substring(0, Cut.before(said, -1, LONGEST, said.length())));
  }

  private static double scoreOf(Tool tool, String message) {
    Set<String> said = telling(Words.plain(message));
    Set<String> name = telling(Field.words(tool.name()));
    Set<String> description = telling(Words.plain(tool.description()));
    description.removeAll(name);
    double share = name.isEmpty() ? 0 : shared(name, said) / (double) name.size();
    if (names(message, tool)) {
      share = 1;
    }
    double lexical = 3 * share + 0.8 * Math.min(3, shared(description, said));
    if (lexical == 0) {
      return 0;
    }
    JsonNode schema = ToolUse.schema(tool);
    double parameters = 0.5 * Math.min(2, shared(parameters(schema), said));
    return lexical + parameters + (givesAll(tool, schema, message) ? 1 : 0);
  }

  /** Whether the message calls the tool by its very name. */
  private static boolean names(String message, Tool tool) {
    return tool.name().length() > 3
        && message.toLowerCase(Locale.ROOT).contains(tool.name().toLowerCase(Locale.ROOT));
  }

  private static boolean givesAll(Tool tool, JsonNode schema, String message) {
    return Arguments.fill(schema, new Facts(message, talk(tool), () -> ""))
        .filter(filled -> filled.missing().isEmpty() && filled.found() > 0)
        .isPresent();
  }

  private static Set<String> parameters(JsonNode schema) {
    Set<String> words = new HashSet<>();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      words.addAll(Field.words(property.getKey()));
      property.getValue().path("enum").forEach(value -> words.addAll(Field.words(value.asText())));
    }
    return telling(words);
  }

  private static Set<String> telling(Collection<String> words) {
    return stems(
        words.stream().filter(w -> !StopWords.isEnglish(w) && !VAGUE.contains(w)).toList());
  }

  private static Set<String> stems(Collection<String> words) {
    Set<String> stems = new HashSet<>();
    words.forEach(word -> stems.addAll(Words.terms(word)));
    return stems;
  }

  private static long shared(Set<String> a, Set<String> b) {
    return a.stream().filter(b::contains).count();
  }
}
