package dev.weir.orchestrator.plan;

import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Tool;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;

/** How many input tokens a call takes at most: an estimate times the deployment's margin. */
final class InputBound {

  /** What a chat template adds around each item. */
  private static final long PER_ITEM = 4;

  private InputBound() {}

  static long of(ModelCall call, Deployment deployment, TokenCounter counter) {
    long tokens = PER_ITEM + counter.count(call.instructions());
    for (Item item : call.items()) {
      tokens += PER_ITEM + counter.count(words(item));
    }
    for (Tool tool : call.tools()) {
      tokens += PER_ITEM + counter.count(tool.description()) + counter.count(tool.parameters());
    }
    return (long) Math.ceil(tokens * deployment.inputMargin());
  }

  private static String words(Item item) {
    return switch (item) {
      case Item.Message message -> message.text();
      case Item.FunctionCall call -> call.name() + call.arguments();
      case Item.FunctionCallOutput output -> output.output();
      case Item.Reasoning reasoning -> reasoning.text();
    };
  }
}
