package dev.weir.inference.provider.builtin;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
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

  /** What a deployment was when its levers were made. */
  private record Simulated(SimSettings configured, int slots, SimControl control) {}

  private final Map<String, Simulated> simulated = new ConcurrentHashMap<>();

  @Override
  public Provider create(Deployment deployment) {
    SimSettings settings = SimSettings.from(deployment);
    int slots = deployment.slots();
    SimControl control =
        simulated
            .merge(
                deployment.name(),
                new Simulated(settings, slots, new SimControl(settings, slots)),
                (known, made) ->
                    known.configured().equals(settings) && known.slots() == slots ? known : made)
            .control();
    return call -> generate(control, call);
  }

  @Override
  public void check(Deployment deployment) {
    SimSettings.from(deployment);
  }

  @Override
  public Set<String> options(Deployment deployment) {
    return SimSettings.OPTIONS;
  }

  @Override
  public void forget(String deployment) {
    simulated.remove(deployment);
  }

  private static Source<Delta, NotUsed> generate(SimControl control, ModelCall call) {
    try {
      SimSettings settings = control.settings().over(call.metadata());
      return Source.fromGraph(new SimStage(control, settings, call, System::nanoTime));
    } catch (WeirException unreadable) {
      return Source.failed(unreadable);
    }
  }

  /** The levers of a simulated deployment that has been created; new ones when it was changed. */
  public Optional<SimControl> control(String deployment) {
    return Optional.ofNullable(simulated.get(deployment)).map(Simulated::control);
  }

  /** All levers, by the name of their deployment. */
  public Map<String, SimControl> controls() {
    return simulated.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue().control()));
  }
}
