package dev.weir.inference.routing;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/** What was tried for one answer, and what that leaves to try. Immutable. */
record Trail(List<Tried> tried, RetrySettings settings) {

  private static final WeirError NO_NODE =
      new WeirError.Unavailable(
          "no_inference_node",
          "No inference node is up; start one with the role 'inference'.",
          Duration.ofSeconds(2));

  /** Whether its upstream failed. */
  boolean hasFailed(String deployment) {
    return of(deployment).anyMatch(it -> it.why() == Why.FAILED);
  }

  /**
   * Whether its upstream failed only calls of others. To try again then is no retry: the calls that
   * share their answer make one.
   */
  boolean hasFollowed(String deployment) {
    return !hasFailed(deployment) && failures(deployment).findAny().isPresent();
  }

  /** Whether a queue was too long for it. */
  boolean isBackedUp() {
    return tried.stream()
        .anyMatch(it -> it.why() == Why.REFUSED && it.error() instanceof WeirError.TooManyRequests);
  }

  /** Whether the deployment has neither failed nor is being waited for. */
  boolean isFresh(String deployment) {
    return failures(deployment).findAny().isEmpty()
        && of(deployment).noneMatch(it -> it.why() == Why.SLOW);
  }

  /** Whether one more call of the deployment may bring what those before did not. */
  boolean mayTry(String deployment) {
    return calls(deployment) < settings.maxCalls()
        && failures(deployment)
            .allMatch(
                it ->
                    it.error().retryable()
                        && it.error().retryAfter().compareTo(settings.most()) <= 0);
  }

  /**
   * How long to wait before it; not at all when it is the first. Those who shared an answer wait
   * equally long, so that they share the next.
   */
  Duration pause(String deployment, RandomGenerator random) {
    int calls = calls(deployment);
    if (calls == 0) {
      return Duration.ZERO;
    }
    Duration pause =
        hasFollowed(deployment) ? settings.longest(calls) : settings.pause(calls, random);
    return failures(deployment)
        .map(it -> it.error().retryAfter())
        .reduce(pause, (one, other) -> one.compareTo(other) >= 0 ? one : other);
  }

  /** Nodes that would refuse it again. */
  Set<ActorRef<InferenceNode.Command>> refusing(String deployment) {
    return nodes(of(deployment).filter(it -> it.why() == Why.REFUSED));
  }

  /** Nodes to leave alone while there are others. */
  Set<ActorRef<InferenceNode.Command>> avoided() {
    return nodes(tried.stream().filter(it -> it.why() == Why.LOST || it.why() == Why.SLOW));
  }

  /** Why there is nobody else: what the last one failed with, or that there is no node. */
  WeirError error() {
    return tried.isEmpty() ? NO_NODE : tried.getLast().error();
  }

  /** Why it goes there: for its own reason, and because another failed before. */
  String reason(String why) {
    return tried.isEmpty()
        ? why
        : why + ", after " + tried.getLast().error().code() + " at " + tried.getLast().deployment();
  }

  /** How often it was called, as far as that counts. */
  int calls(String deployment) {
    return Math.toIntExact(
        failures(deployment).count() + of(deployment).filter(it -> it.why() == Why.LOST).count());
  }

  private Stream<Tried> failures(String deployment) {
    return of(deployment).filter(it -> it.why() == Why.FAILED || it.why() == Why.FOLLOWED);
  }

  private Stream<Tried> of(String deployment) {
    return tried.stream().filter(it -> it.deployment().equals(deployment));
  }

  private static Set<ActorRef<InferenceNode.Command>> nodes(Stream<Tried> tried) {
    return tried.map(Tried::node).collect(Collectors.toUnmodifiableSet());
  }
}
