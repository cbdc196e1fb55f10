package dev.weir.inference.provider.gemini;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.ModelCall;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How a model is asked to think when a call has a reasoning effort. */
enum Thinking {
  /** As it does by itself. */
  OFF,
  /** With a budget of tokens: models before 3. */
  BUDGET,
  /** By level: models since 3. */
  LEVEL;

  /** Reads the option {@code thinking}; without it the model decides. */
  static Thinking from(Deployment deployment, boolean before3) {
    String word = Keys.or(deployment.options(), "thinking", deployment.options()::getString, "");
    return switch (word) {
      case "" -> before3 ? BUDGET : LEVEL;
      case "off" -> OFF;
      case "budget" -> BUDGET;
      case "level" -> LEVEL;
      default ->
          throw Keys.refusal(deployment.key("thinking"), word, "use one of [budget, level, off]");
    };
  }

  /** Writes the field {@code thinkingConfig}, if the call says how much to think. */
  void write(ModelCall call, JsonGenerator json) throws IOException {
    @Nullable String effort = call.reasoningEffort();
    if (effort == null || this == OFF) {
      return;
    }
    json.writeObjectFieldStart("thinkingConfig");
    if (!effort.equals("none")) {
      json.writeBooleanField("includeThoughts", true);
    }
    if (this == BUDGET) {
      json.writeNumberField("thinkingBudget", budget(effort, call.maxOutputTokens()));
    } else {
      json.writeStringField("thinkingLevel", level(effort));
    }
    json.writeEndObject();
  }

  /** Tokens to think with; a quarter of the output cap stays for the answer. */
  private static int budget(String effort, int cap) {
    int tokens =
        switch (effort) {
          case "none" -> 0;
          case "minimal" -> 512;
          case "low" -> 2048;
          case "high", "xhigh", "max" -> 24_576;
          default -> 8192;
        };
    return (int) Math.min(tokens, cap * 3L / 4);
  }

  /** The nearest level that all models have: none of them can be kept from thinking. */
  private static String level(String effort) {
    return switch (effort) {
      case "none", "minimal", "low" -> "low";
      case "medium" -> "medium";
      default -> "high";
    };
  }
}
