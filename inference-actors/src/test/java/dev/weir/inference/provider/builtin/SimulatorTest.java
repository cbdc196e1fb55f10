package dev.weir.inference.provider.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderContract;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.Scene;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.junit.jupiter.api.Test;

class SimulatorTest extends ProviderContract {

  private static final String FAST =
      "provider = builtin, engine = sim, time-to-first-token = 0, inter-token = 0, ";

  private final Simulator simulator = new Simulator();
  private int deployments;

  @Override
  protected Provider provider(Scene scene, Deployment.Timeouts timeouts) {
    return provider(option(timeouts) + FAST + options(scene));
  }

  private Provider provider(String options) {
    deployments++;
    Deployment deployment = deployment("sim-" + deployments, options);
    return new Providers(Map.of("builtin", ProviderFactory.by("engine", Map.of("sim", simulator))))
        .of(deployment);
  }

  private static String options(Scene scene) {
    return switch (scene) {
      case Scene.Answers(int tokens) -> "tokens = " + tokens;
      case Scene.CallsTool tool -> "";
      case Scene.DropsAfter(int tokens) -> fault("drop@" + tokens);
      case Scene.StallsAfter(int tokens) -> fault("stall@" + tokens);
      case Scene.SpeaksRubbishAfter(int tokens) -> fault("malformed@" + tokens);
      case Scene.LimitsTheRate() -> fault("rate_limit");
      case Scene.Fails() -> fault("server_error");
      case Scene.RefusesTheKey() -> fault("bad_key");
      case Scene.RefusesTheLength() -> fault("context_overflow");
    };
  }

  private static String fault(String fault) {
    return "faults = [{ fault = \"" + fault + "\" }]";
  }

  @Override
  protected int open() {
    return simulator.controls().values().stream().mapToInt(SimControl::running).sum();
  }

  @Test
  void makesNoTokenWithoutDemand() {
    Provider provider = provider(FAST + "tokens = 50");
    TestSubscriber.Probe<Delta> reader = run(provider, call(100));
    reader.request(5).expectNextN(5);
    reader.cancel();
    awaitNothingOpen();
    assertThat(control().generated()).isEqualTo(5);
  }

  @Test
  void aFaultThatIgnoresTheCancelGoesOnForNobody() {
    Provider provider = provider(FAST + "tokens = 50, " + fault("ignore_cancel"));
    TestSubscriber.Probe<Delta> reader = run(provider, call(100));
    reader.request(5).expectNextN(5);
    reader.cancel();
    awaitNothingOpen();
    assertThat(control().generated()).isEqualTo(50);
  }

  @Test
  void aChangeHoldsForTheNextGeneration() {
    Provider provider = provider(FAST + "tokens = 3");
    SimSettings was = control().settings();
    control()
        .set(
            new SimSettings(was.timeToFirstToken(), was.interToken(), 0, 5, 1, 0, List.of(), true));
    TestSubscriber.Probe<Delta> reader = run(provider, call(100));
    reader.request(100).expectNextN(7);
    reader.expectComplete();
  }

  @Test
  void anUnreadableOverrideIsTheCallersMatter() {
    Provider provider = provider(FAST);
    ModelCall call = call(100);
    TestSubscriber.Probe<Delta> reader =
        run(provider, withMetadata(call, Map.of("sim.ttft_ms", "soon")));
    assertThat(WeirError.of(reader.expectSubscriptionAndError()))
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class,
            error -> assertThat(error.param()).isEqualTo("metadata.sim.ttft_ms"));
    assertThat(control().running()).isZero();
  }

  private static ModelCall withMetadata(ModelCall call, Map<String, String> metadata) {
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

  private SimControl control() {
    return simulator.control("sim-" + deployments).orElseThrow();
  }
}
