package dev.weir.inference.generation;

import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Limit;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.cluster.Limits;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The deployments that have calls, each with its queue, and what is remembered of the others:
 * whether their upstream is broken, how long calls take. A part of {@link InferenceNode}, used by
 * its actor alone.
 */
final class Queues {

  private final Limits limits;
  private final ActorRef<Answer> answers;
  private final Breakers breakers = new Breakers(System::nanoTime);

  /** Those that have calls: clients make up names behind a prefix as they like. */
  private final Map<String, Served> active = new HashMap<>();

  /** How long calls held their slots before, by {@link Deployment#label label}. */
  private final Map<String, Double> held = new HashMap<>();

  private @Nullable Catalog adopted;

  /**
   * Without calls.
   *
   * @param answers hears the owners of limits
   */
  Queues(Limits limits, ActorRef<Answer> answers) {
    this.limits = limits;
    this.answers = answers;
  }

  /** What has calls goes on as the catalog now has it; without an entry, as it had it. */
  void adopt(Catalog now) {
    if (now == adopted) {
      return;
    }
    adopted = now;
    active.forEach(
        (name, served) ->
            now.deployment(name).ifPresent(changed -> served.adopt(changed, breakers.of(changed))));
    breakers.retain(now.deployments());
  }

  /** The deployment's queue. */
  Served of(Deployment deployment) {
    return active.computeIfAbsent(
        deployment.name(),
        name ->
            new Served(
                deployment,
                breakers.of(deployment),
                gate(deployment),
                held.getOrDefault(deployment.label(), 0.0),
                System::nanoTime));
  }

  private @Nullable Gate gate(Deployment deployment) {
    Limit limit = deployment.limit();
    return limit == null ? null : new Gate(deployment, limit, limits, answers, System::nanoTime);
  }

  Breaker breaker(Deployment deployment) {
    return breakers.of(deployment);
  }

  /** Does that with the deployment's queue, if it has one. */
  void with(String deployment, Consumer<Served> action) {
    @Nullable Served served = active.get(deployment);
    if (served != null) {
      action.accept(served);
    }
  }

  /** A generation has ended, and with it perhaps the queue. */
  void ended(String deployment, ActorRef<Generation.Command> generation) {
    @Nullable Served served = active.get(deployment);
    if (served == null) {
      return;
    }
    served.ended(generation);
    if (served.isOver()) {
      held.put(served.label(), served.held());
      active.remove(deployment);
    }
  }

  /** Time has passed. */
  void tick() {
    active.values().forEach(Served::tick);
    active.values().removeIf(Served::isOver);
  }

  /** Ends what nobody waits for. */
  void dismissSpares() {
    active.values().forEach(Served::dismissSpares);
  }

  void tellPositions() {
    active.values().forEach(Served::tellPositions);
  }

  /** Whether nothing runs or waits. */
  boolean areEmpty() {
    return active.values().stream().allMatch(served -> served.size() == 0);
  }

  /** How busy each is. */
  Map<String, InferenceNode.Busy> busy() {
    Map<String, InferenceNode.Busy> busy = new HashMap<>();
    active.forEach((deployment, served) -> busy.put(deployment, served.busy()));
    return busy;
  }

  /** The labels of those whose upstream is not called for now. */
  Set<String> broken() {
    return breakers.broken();
  }
}
