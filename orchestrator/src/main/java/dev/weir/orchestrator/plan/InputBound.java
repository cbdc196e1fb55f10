package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Tool;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;

/** How many input tokens a call takes at most: an estimate times a margin. */
record InputBound(double margin, TokenCounter counter) {

  /** What a chat template adds around each item. */
  private static final long PER_ITEM = 4;

  /** No provider counts more for one image, unless it is enormous. */
  private static final long PER_IMAGE = 2_000;

  long of(ModelCall call) {
    long items = call.items().stream().mapToLong(this::estimate).sum();
    return (long) Math.ceil((frame(call) + items) * margin);
  }

  /** How many estimated tokens of items fit into {@code bound} beside the rest of {@code call}. */
  long room(ModelCall call, long bound) {
    return (long) Math.floor(bound / margin) - frame(call);
  }

  /** An item's tokens, without the margin. */
  long estimate(Item item) {
    return PER_ITEM + counter.count(item.words()) + PER_IMAGE * images(item);
  }

  /** How many images are sent along; what they cost differs from model to model. */
  static long images(ModelCall call) {
    return call.items().stream().mapToLong(InputBound::images).sum();
  }

  private static long images(Item item) {
    return item instanceof Item.Message message
        ? message.content().stream().filter(Content.InputImage.class::isInstance).count()
        : 0;
  }

  private long frame(ModelCall call) {
    long tokens = PER_ITEM + counter.count(call.instructions()) + counter.count(call.prefix());
    for (Tool tool : call.tools()) {
      tokens += PER_ITEM + counter.count(tool.description()) + counter.count(tool.parameters());
    }
    return tokens;
  }
}
