package dev.weir.inference.generation;

import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Deployment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * One node's circuit breakers. Deployments behind one prefix share theirs: clients make up their
 * names. A part of {@link InferenceNode}, used by its actor alone.
 */
final class Breakers {

  private final LongSupplier nanos;
  private final Map<String, Breaker> breakers = new HashMap<>();

  Breakers(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** The deployment's; a new one when its settings have changed. */
  Breaker of(Deployment deployment) {
    return breakers.compute(
        deployment.label(),
        (label, known) ->
            known != null && known.settings().equals(deployment.breaker())
                ? known
                : new Breaker(label, deployment.breaker(), nanos));
  }

  /** Lets go of those that no deployment has any more. */
  void retain(List<Deployment> deployments) {
    breakers
        .keySet()
        .retainAll(deployments.stream().map(Deployment::label).collect(Collectors.toSet()));
  }

  /** The labels of those that let no call through now. */
  Set<String> broken() {
    return breakers.entrySet().stream()
        .filter(entry -> !entry.getValue().admits())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }
}
