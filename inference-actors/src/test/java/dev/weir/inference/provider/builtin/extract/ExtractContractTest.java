package dev.weir.inference.provider.builtin.extract;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderContract;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.Scene;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The contract of all providers, as far as an engine without an upstream can fail. */
class ExtractContractTest extends ProviderContract {

  private static final Executor NEVER = work -> {};

  private final AtomicInteger open = new AtomicInteger();

  @Override
  protected Provider provider(Scene scene, Deployment.Timeouts timeouts) {
    return switch (scene) {
      case Scene.Answers(int tokens) -> {
        Provider engine = engine("", timeouts, Runnable::run);
        yield call -> engine.generate(Calls.with(call, saying(tokens)));
      }
      case Scene.CallsTool(String name) -> {
        Provider engine = engine("", timeouts, Runnable::run);
        List<Item> items = List.of(Item.message("msg_1", Role.USER, name + " please"));
        yield call -> engine.generate(Calls.with(call, items));
      }
      case Scene.StallsAfter(int tokens) ->
          tokens == 0 ? engine("", timeouts, NEVER) : unable("it never stalls once it speaks");
      case Scene.RefusesTheLength() ->
          engine("context-window = 3, max-output = 2, ", timeouts, Runnable::run);
      case Scene.DropsAfter drops -> unable("it has no connection");
      case Scene.SpeaksRubbishAfter rubbish -> unable("it has no connection");
      case Scene.LimitsTheRate() -> unable("it has no limits of its own");
      case Scene.Fails() -> unable("it has no upstream");
      case Scene.RefusesTheKey() -> unable("it has no key");
    };
  }

  /** What makes the engine answer in so many words of one token each. */
  private static List<Item> saying(int tokens) {
    return List.of(
        Item.message("msg_1", Role.USER, "Hi"),
        new Item.FunctionCallOutput(
            "out_1", ItemStatus.COMPLETED, "call_1", "one".concat(" two".repeat(tokens - 1))));
  }

  private Provider engine(String options, Deployment.Timeouts timeouts, Executor executor) {
    Deployment timed =
        deployment(option(timeouts) + options + "provider = builtin, engine = extract");
    return new Providers(Map.of("builtin", made -> counted(new ExtractEngine(made, executor))))
        .of(timed);
  }

  private Provider counted(Provider engine) {
    return call -> counted(engine, call);
  }

  private Source<Delta, NotUsed> counted(Provider engine, ModelCall call) {
    return engine
        .generate(call)
        .watchTermination(
            (started, done) -> {
              open.incrementAndGet();
              done.whenComplete((end, failure) -> open.decrementAndGet());
              return started;
            });
  }

  private static Provider unable(String reason) {
    abort(reason);
    throw new AssertionError("abort throws");
  }

  @Override
  protected int open() {
    return open.get();
  }
}
