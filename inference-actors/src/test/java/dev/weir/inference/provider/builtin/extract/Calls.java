package dev.weir.inference.provider.builtin.extract;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Calls to make and answers to look at, for the tests of the engine. */
final class Calls {

  static final Deployment EXTRACT =
      Catalog.from(ConfigFactory.load().getConfig("weir")).deployment("extract").orElseThrow();

  static final String SALMON =
      "Salmon are born in fresh water. They migrate to the ocean as young fish and live there for"
          + " one to eight years. Adult salmon return to the river where they were born. They find"
          + " it by smell. A salmon can jump 3.7 metres to pass a waterfall. After spawning, all"
          + " Pacific salmon die within a few weeks. Atlantic salmon may survive and spawn again."
          + " Dr. Smith of the University of Oslo counted 12,000 fish in 2019. The count was"
          + " repeated in May 2021, when only 8,500 fish came. Fishing was therefore banned in the"
          + " upper river because the stock had shrunk too far. Weirs with fish ladders help salmon"
          + " to pass. The first fish ladder of the valley was built in 1932 by engineers from"
          + " Bergen.";

  private Calls() {}

  /** A conversation of user and assistant in turns; the last turn is the user's. */
  static ModelCall chat(String... turns) {
    List<Item> items = new ArrayList<>();
    for (int at = 0; at < turns.length; at++) {
      items.add(Item.message("msg_" + at, at % 2 == 0 ? Role.USER : Role.ASSISTANT, turns[at]));
    }
    return ModelCall.of("", items, 4_000);
  }

  static ModelCall capped(ModelCall call, int maxOutputTokens) {
    return new ModelCall(
        call.instructions(),
        call.items(),
        call.tools(),
        call.toolChoice(),
        call.parallelToolCalls(),
        call.format(),
        maxOutputTokens,
        call.sampling(),
        null,
        call.metadata(),
        call.user());
  }

  static ModelCall with(ModelCall call, ToolChoice choice, Tool... tools) {
    return new ModelCall(
        call.instructions(),
        call.items(),
        List.of(tools),
        choice,
        true,
        call.format(),
        call.maxOutputTokens(),
        call.sampling(),
        null,
        call.metadata(),
        call.user());
  }

  static ModelCall with(ModelCall call, TextFormat format) {
    return new ModelCall(
        call.instructions(),
        call.items(),
        call.tools(),
        call.toolChoice(),
        true,
        format,
        call.maxOutputTokens(),
        call.sampling(),
        null,
        call.metadata(),
        call.user());
  }

  static ModelCall with(ModelCall call, Map<String, String> metadata) {
    return new ModelCall(
        call.instructions(),
        call.items(),
        call.tools(),
        call.toolChoice(),
        true,
        call.format(),
        call.maxOutputTokens(),
        call.sampling(),
        null,
        metadata,
        call.user());
  }

  static ModelCall with(ModelCall call, List<Item> items) {
    return new ModelCall(
        call.instructions(),
        items,
        call.tools(),
        call.toolChoice(),
        true,
        call.format(),
        call.maxOutputTokens(),
        call.sampling(),
        null,
        call.metadata(),
        call.user());
  }

  static List<Delta> deltas(ModelCall call) {
    return Answer.to(call, EXTRACT, () -> {});
  }

  /** The words of the answer. */
  static String answer(ModelCall call) {
    return deltas(call).stream()
        .map(delta -> delta instanceof Delta.Text text ? text.text() : "")
        .collect(Collectors.joining());
  }

  static String answer(String... turns) {
    return answer(chat(turns));
  }

  /** The tool calls of the answer as name and arguments, in order. */
  static List<String> toolCalls(ModelCall call) {
    List<String> calls = new ArrayList<>();
    for (Delta delta : deltas(call)) {
      if (delta instanceof Delta.ToolCall part) {
        if (calls.size() == part.index()) {
          calls.add(part.name());
        }
        calls.set(part.index(), calls.get(part.index()) + part.arguments());
      }
    }
    return calls;
  }

  static FinishReason reason(ModelCall call) {
    return ((Delta.Finished) deltas(call).getLast()).reason();
  }
}
