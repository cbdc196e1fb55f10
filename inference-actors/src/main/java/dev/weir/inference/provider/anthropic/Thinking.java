package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.upstream.Turns;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a model is asked to think when a call has a reasoning effort.
 *
 * <p>Models that take a budget refuse a turn of theirs with calls but without the signed thoughts
 * before it, which nobody here keeps: such a call goes without thinking until the user speaks
 * again. A tool that is forced excludes thinking with every model.
 */
enum Thinking {
  /** Never. */
  OFF,
  /** With a budget of tokens: models up to 4.5, and most other servers that speak the API. */
  BUDGET,
  /** As the model sees fit, led by the effort: models since 4.6. */
  ADAPTIVE;

  private static final Pattern CLAUDE = Pattern.compile("claude-.*");
  private static final Pattern TAKES_A_BUDGET =
      Pattern.compile("claude-(\\d.*|(opus|sonnet|haiku)-4(-[0-5])?(-(20\\d{6}|latest))?)");
  private static final int LEAST = 1024;

  /** Reads the option {@code thinking}; without it the model's name decides. */
  static Thinking from(Deployment deployment) {
    String word = Keys.or(deployment.options(), "thinking", deployment.options()::getString, "");
    return switch (word) {
      case "" -> byName(deployment.upstreamModel());
      case "off" -> OFF;
      case "budget" -> BUDGET;
      case "adaptive" -> ADAPTIVE;
      default ->
          throw Keys.refusal(
              deployment.key("thinking"), word, "use one of [adaptive, budget, off]");
    };
  }

  private static Thinking byName(String model) {
    return CLAUDE.matcher(model).matches() && !TAKES_A_BUDGET.matcher(model).matches()
        ? ADAPTIVE
        : BUDGET;
  }

  /** Whether this call thinks. */
  boolean on(ModelCall call, Turns turns) {
    boolean asked = effort(call) != null && !forced(call.toolChoice());
    return switch (this) {
      case OFF -> false;
      case BUDGET -> asked && budget(call) >= LEAST && !turns.endsInResults();
      case ADAPTIVE -> asked;
    };
  }

  private static boolean forced(ToolChoice choice) {
    return switch (choice) {
      case ToolChoice.Required required -> true;
      case ToolChoice.Function function -> true;
      case ToolChoice.Allowed allowed -> allowed.required();
      case ToolChoice.Auto auto -> false;
      case ToolChoice.None none -> false;
    };
  }

  /** The word for {@code output_config.effort}, or null for none. */
  @Nullable String outputEffort(ModelCall call) {
    return this == ADAPTIVE ? effort(call) : null;
  }

  private static @Nullable String effort(ModelCall call) {
    @Nullable String word = call.reasoningEffort();
    return word == null || word.equals("none") ? null : word.equals("minimal") ? "low" : word;
  }

  /** Writes the field {@code thinking} of a call that thinks. */
  void write(ModelCall call, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("thinking");
    if (this == BUDGET) {
      json.writeStringField("type", "enabled");
      json.writeNumberField("budget_tokens", budget(call));
    } else {
      json.writeStringField("type", "adaptive");
      json.writeStringField("display", "summarized");
    }
    json.writeEndObject();
  }

  /** Tokens to think with; a quarter of the output cap stays for the answer. */
  private static int budget(ModelCall call) {
    @Nullable String word = call.reasoningEffort();
    int tokens =
        switch (word == null ? "" : word) {
          case "minimal" -> LEAST;
          case "low" -> 4096;
          case "high" -> 24_576;
          case "xhigh", "max" -> 32_768;
          default -> 12_288;
        };
    return (int) Math.min(tokens, call.maxOutputTokens() * 3L / 4);
  }
}
