package dev.weir.inference.provider.builtin;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one simulated generation says and when: equal settings and calls that say the same give
 * equal scripts. Plain state, one thread at a time.
 */
final class SimScript {

  private static final TokenCounter COUNTER = TokenCounter.estimate();

  private final SimSettings settings;
  private final Optional<SimFault> fault;
  private final SimText text;
  private final SplittableRandom jitter;
  private final int length;
  private final FinishReason reason;
  private final @Nullable String tool;
  private final long input;
  private int tokens;
  private boolean consumed;

  SimScript(SimSettings settings, Optional<SimFault> fault, ModelCall call) {
    this.settings = settings;
    this.fault = fault;
    SplittableRandom random = new SplittableRandom(settings.seed() * 31 + hash(call));
    text = new SimText(random.split());
    jitter = random.split();
    tool = settings.requestOverrides() ? tool(call) : null;
    int wanted = Math.max(0, (tool != null ? 1 : settings.tokens()) - text.skip(call.prefix()));
    length = Math.min(wanted, call.maxOutputTokens());
    reason =
        tool != null
            ? FinishReason.TOOL_CALLS
            : length < wanted ? FinishReason.LENGTH : FinishReason.STOP;
    input = inputTokens(call);
  }

  /** Nanoseconds from the last token (or the beginning) to the next delta. */
  long gap(double load) {
    if (tokens >= length) {
      return 0;
    }
    double nanos =
        tokens == 0
            ? settings.timeToFirstToken().toNanos()
            : settings.interToken().toNanos() * (1 + settings.slowDown() * load);
    if (at(SimFault.Kind.SLOW)) {
      nanos *= 10;
    }
    if (settings.jitter() > 0) {
      nanos *= 1 + settings.jitter() * (2 * jitter.nextDouble() - 1);
    }
    return (long) nanos;
  }

  /** Whether nothing comes any more, not even an end. */
  boolean stalled() {
    return at(SimFault.Kind.STALL);
  }

  /** What ends the script here instead of a delta, or null. */
  @Nullable WeirError broken() {
    return fault.map(f -> f.breakAfter(tokens)).orElse(null);
  }

  /** The next delta; the last is {@link Delta.Finished}. */
  Delta next() {
    if (tokens < length) {
      tokens++;
      return tool == null ? text.next() : new Delta.ToolCall(0, "call_sim", tool, "{}");
    }
    if (!consumed) {
      consumed = true;
      return new Delta.Consumed(new Usage(input, 0, tokens, 0));
    }
    return new Delta.Finished(reason);
  }

  private boolean at(SimFault.Kind kind) {
    return fault.isPresent() && fault.get().kind() == kind && tokens >= fault.get().after();
  }

  private static @Nullable String tool(ModelCall call) {
    String name = call.metadata().get("sim.tool");
    return call.tools().stream().anyMatch(tool -> tool.name().equals(name)) ? name : null;
  }

  private static long inputTokens(ModelCall call) {
    long tools = call.tools().stream().mapToLong(tool -> COUNTER.count(tool.parameters())).sum();
    return COUNTER.count(call.instructions())
        + call.items().stream().map(SimScript::text).mapToLong(COUNTER::count).sum()
        + tools;
  }

  /** Of what is said alone, as ids differ from request to request. */
  private static int hash(ModelCall call) {
    int hash = call.instructions().hashCode();
    for (Item item : call.items()) {
      hash = 31 * hash + text(item).hashCode();
    }
    return hash;
  }

  private static String text(Item item) {
    return switch (item) {
      case Item.Message message -> message.text();
      case Item.FunctionCall function -> function.name() + function.arguments();
      case Item.FunctionCallOutput output -> output.output();
      case Item.Reasoning reasoning -> "";
    };
  }
}
