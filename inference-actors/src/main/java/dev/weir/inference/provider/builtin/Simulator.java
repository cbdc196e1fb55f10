package dev.weir.inference.provider.builtin;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Simulates a model server: a time to the first token, a pace with jitter, slowing down under load,
 * and faults as {@link SimFault} names them. Thread safe.
 *
 * <p>Timers are the actor system's: a token comes up to one scheduler tick (10 ms) late, but the
 * pace is kept on average. With an inter-token time of 0 there are no timers at all.
 */
public final class Simulator implements ProviderFactory {

  private final Map<String, SimControl> controls = new ConcurrentHashMap<>();

  @Override
  public Provider create(Deployment deployment) {
    SimControl control =
        controls.computeIfAbsent(
            deployment.name(),
            name -> new SimControl(SimSettings.from(deployment), deployment.slots()));
    return call -> generate(control, call);
  }

  private static Source<Delta, NotUsed> generate(SimControl control, ModelCall call) {
    try {
      SimSettings settings = control.settings().over(call.metadata());
      return Source.fromGraph(new SimStage(control, settings, call, System::nanoTime));
    } catch (WeirException unreadable) {
      return Source.failed(unreadable);
    }
  }

  /** The levers of a simulated deployment that has been created. */
  public Optional<SimControl> control(String deployment) {
    return Optional.ofNullable(controls.get(deployment));
  }

  /** All levers, by the name of their deployment. */
  public Map<String, SimControl> controls() {
    return Map.copyOf(controls);
  }
}
