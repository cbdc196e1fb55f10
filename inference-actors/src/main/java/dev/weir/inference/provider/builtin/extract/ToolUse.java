package dev.weir.inference.provider.builtin.extract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.builtin.extract.schema.Arguments;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Filled;
import dev.weir.inference.provider.builtin.extract.schema.Arguments.Missing;
import dev.weir.inference.provider.builtin.extract.schema.Facts;
import dev.weir.inference.provider.builtin.extract.schema.Json;
import dev.weir.inference.provider.builtin.extract.text.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides on calling functions: which tool fits the message, with which arguments, or what to ask
 * for first. A call that must be made is made, with plain values for what is missing.
 */
final class ToolUse {

  /** How a question for missing arguments begins. */
  static final String ASKING = "To call ";

  private static final Pattern CLAUSE =
      Pattern.compile(
          "(?<=[.;!?])\\s+|\\s*\\b(?:and then|and also|and|then|und|et|y)\\b\\s+|\\n+",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern LED =
      Pattern.compile(
          "(?:in|for|to|from|at|near|on)\\s.+", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final int MOST_CALLS = 8;

  private static final int LONGEST_SPOKEN = 500;

  private final Context context;
  private final String spoken;

  ToolUse(Context context) {
    this.context = context;
    this.spoken = spoken(context.message());
  }

  /** In a long message only the words that ask speak to a tool; the rest may hold values. */
  private static String spoken(String message) {
    if (message.length() <= LONGEST_SPOKEN) {
      return message;
    }
    String asked = Request.of(message, false).words();
    return asked.isBlank()
        ? message.substring(0, Cut.before(message, 0, LONGEST_SPOKEN, message.length()))
        : asked;
  }

  /** The calls to make or the question to ask; empty to answer in words. */
  Optional<Reply> decide() {
    List<Tool> tools = context.call().tools();
    return switch (context.call().toolChoice()) {
      case ToolChoice.None none -> Optional.empty();
      case ToolChoice.Auto auto -> maybe(tools);
      case ToolChoice.Required required -> must(tools);
      case ToolChoice.Function function -> must(named(tools, List.of(function.name())));
      case ToolChoice.Allowed allowed -> {
        List<Tool> some = named(tools, allowed.names());
        yield allowed.required() ? must(some) : maybe(some);
      }
    };
  }

  private static List<Tool> named(List<Tool> tools, List<String> names) {
    return tools.stream().filter(tool -> names.contains(tool.name())).toList();
  }

  private Optional<Reply> must(List<Tool> tools) {
    if (tools.isEmpty()) {
      throw WeirError.invalid(
              "tool_choice", "A call is required, but no tool is there to be called.")
          .asException();
    }
    List<Reply.Call> several = several(tools);
    if (!several.isEmpty()) {
      return Optional.of(new Reply.Calls(several));
    }
    Tool tool = Fit.best(tools, spoken).orElse(tools.getFirst());
    Filled filled =
        fill(tool, context.message())
            .orElseThrow(
                () ->
                    new WeirError.InvalidRequest(
                            "unsupported_schema",
                            "The parameters of tool '"
                                + tool.name()
                                + "' accept no value this model can make.",
                            "tools")
                        .asException());
    return Optional.of(new Reply.Calls(List.of(call(tool, filled))));
  }

  private Optional<Reply> maybe(List<Tool> tools) {
    if (!context.outputs().isEmpty() || tools.isEmpty()) {
      return Optional.empty();
    }
    Optional<Tool> asked = askedFor(tools);
    if (asked.isPresent()) {
      return callOrAsk(asked.get(), context.previousMessage() + "\n" + context.message());
    }
    List<Reply.Call> several = several(tools);
    if (!several.isEmpty()) {
      return Optional.of(new Reply.Calls(several));
    }
    return Fit.best(tools, spoken)
        .filter(tool -> Fit.isGood(tool, spoken))
        .flatMap(tool -> callOrAsk(tool, context.message()));
  }

  /** The tool whose arguments the last reply asked for. */
  private Optional<Tool> askedFor(List<Tool> tools) {
    String reply = context.lastReply();
    return tools.stream()
        .filter(tool -> reply.startsWith(ASKING + tool.name() + " I need "))
        .findFirst();
  }

  private Optional<Reply> callOrAsk(Tool tool, String text) {
    return fill(tool, text)
        .map(
            f ->
                f.missing().isEmpty()
                    ? new Reply.Calls(List.of(call(tool, f)))
                    : new Reply.Words(question(tool, f.missing())));
  }

  private static String question(Tool tool, List<Missing> missing) {
    List<String> names = missing.stream().map(ToolUse::described).toList();
    String all =
        names.size() == 1
            ? names.getFirst()
            : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    return ASKING + tool.name() + " I need " + all + ". Which should I use?";
  }

  private static String described(Missing missing) {
    String description = missing.description().strip();
    String plain =
        description.endsWith(".")
            ? description.substring(0, description.length() - 1)
            : description;
    return plain.isEmpty() ? missing.name() : missing.name() + " (" + plain + ")";
  }

  /** The calls of a message that plainly holds more than one; else none. */
  private List<Reply.Call> several(List<Tool> tools) {
    List<Reply.Call> calls = new ArrayList<>();
    if (!context.call().parallelToolCalls()) {
      return calls;
    }
    Optional<Tool> last = Optional.empty();
    for (String clause : CLAUSE.split(spoken, MOST_CALLS)) {
      Optional<Tool> own = Fit.best(tools, clause).filter(tool -> Fit.isGood(tool, clause));
      Optional<Tool> tool = own.isPresent() || !LED.matcher(clause).matches() ? own : last;
      Optional<Filled> filled =
          tool.flatMap(t -> fill(t, clause)).filter(f -> f.missing().isEmpty() && f.found() > 0);
      if (filled.isPresent()) {
        calls.add(call(tool.orElseThrow(), filled.get()));
      }
      last = tool.isPresent() ? tool : last;
    }
    List<Reply.Call> different = calls.stream().distinct().toList();
    return different.size() > 1 ? different : List.of();
  }

  private static Reply.Call call(Tool tool, Filled filled) {
    return new Reply.Call(tool.name(), Json.write(filled.value()));
  }

  private static Optional<Filled> fill(Tool tool, String text) {
    return Arguments.fill(schema(tool), new Facts(text, Fit.talk(tool), () -> ""))
        .filter(filled -> filled.value().isObject());
  }

  /** The schema of the arguments: no parameters are an object without properties. */
  static JsonNode schema(Tool tool) {
    JsonNode schema =
        tool.parameters().isBlank()
            ? JsonNodeFactory.instance.objectNode()
            : Json.parse(tool.parameters())
                .orElseThrow(
                    () ->
                        WeirError.invalid(
                                "tools",
                                "The parameters of tool '" + tool.name() + "' are not JSON.")
                            .asException());
    if (schema instanceof ObjectNode object && !object.has("type")) {
      return object.deepCopy().put("type", "object");
    }
    return schema;
  }
}
