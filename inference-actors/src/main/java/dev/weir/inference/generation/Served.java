package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.FairQueue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A deployment while it has calls: its queue, the gauge of it, and who waits in it. A part of
 * {@link InferenceNode}, used by its actor alone.
 */
final class Served {

  private Deployment deployment;
  private final FairQueue<ActorRef<Generation.Command>> queue;
  private final Metrics.Queue gauge;
  private final Positions positions = new Positions();
  private Breaker breaker;

  private final Map<ActorRef<Generation.Command>, InferenceNode.Generate> waiting =
      new LinkedHashMap<>();

  /** Of those who have begun, and of whom nothing is known yet. */
  private final Map<ActorRef<Generation.Command>, Breaker.Permit> permits = new HashMap<>();

  Served(Deployment deployment, Breaker breaker, LongSupplier nanos) {
    this.deployment = deployment;
    this.breaker = breaker;
    this.queue = new FairQueue<>(deployment.slots(), deployment.queue(), nanos);
    this.gauge = new Metrics.Queue(deployment.label());
  }

  /** Goes on with the deployment as it now is; who gets a new slot starts. */
  void adopt(Deployment changed, Breaker itsBreaker) {
    if (!changed.equals(deployment)) {
      deployment = changed;
      breaker = itsBreaker;
      queue
          .resize(changed.slots(), changed.queue())
          .forEach(next -> start(next, Generation.Start.AFTER_WAITING));
      count();
    }
  }

  /** Why a call cannot be taken; a full queue counts it as sent away. */
  Optional<WeirError> refusal(InferenceNode.Generate generate) {
    if (!breaker.admits()) {
      return Optional.of(deployment.broken());
    }
    return queue.isFull(generate.tokens())
        ? Optional.of(
            new WeirError.TooManyRequests(
                "queue_full",
                "The queue of '" + deployment.name() + "' is full; try again later.",
                queue.refuse(generate.tokens())))
        : Optional.empty();
  }

  /** Takes a call that fits; whoever asked is told, and the generation when it may start. */
  void take(InferenceNode.Generate generate, ActorRef<Generation.Command> generation) {
    boolean started = queue.add(generation, generate.claim());
    generate.replyTo().tell(new InferenceNode.Accepted(generate.id(), generation, !started));
    waiting.put(generation, generate);
    if (started) {
      start(generation, Generation.Start.NOW);
    } else {
      positions.add(generation, generate);
    }
    count();
  }

  /** With leave of the breaker; what has none is refused, and its slot goes to the next. */
  private void start(ActorRef<Generation.Command> generation, Generation.Start start) {
    positions.remove(generation);
    breaker
        .admit()
        .ifPresentOrElse(
            permit -> {
              permits.put(generation, permit);
              waiting.remove(generation);
              generation.tell(start);
            },
            () -> refuse(generation));
  }

  private void refuse(ActorRef<Generation.Command> generation) {
    InferenceNode.Generate refused = waiting.remove(generation);
    if (refused != null) {
      refused.replyTo().tell(new InferenceNode.Rejected(refused.id(), deployment.broken()));
      generation.tell(Generation.Cancel.NOW);
    }
  }

  /** What came of an exchange; an upstream that is found broken gets none of those who wait. */
  void came(
      ActorRef<Generation.Command> generation, boolean answered, @Nullable WeirError failure) {
    Breaker.@Nullable Permit permit = permits.remove(generation);
    if (permit == null) {
      return;
    }
    if (failure != null && UpstreamError.speaksAgainstIt(failure)) {
      permit.failed(failure);
    } else if (answered || failure != null) {
      permit.succeeded();
    } else {
      permit.withdrawn();
    }
    if (!breaker.isClosed()) {
      List.copyOf(waiting.keySet()).forEach(this::refuse);
    }
  }

  void produced(ActorRef<Generation.Command> generation, long tokens) {
    queue.produced(generation, tokens);
  }

  /** A generation has ended; the next one may start. */
  void ended(ActorRef<Generation.Command> generation) {
    positions.remove(generation);
    waiting.remove(generation);
    Breaker.@Nullable Permit unused = permits.remove(generation);
    if (unused != null) {
      unused.withdrawn();
    }
    queue.remove(generation).ifPresent(next -> start(next, Generation.Start.AFTER_WAITING));
    count();
  }

  void tellPositions() {
    if (queue.waiting() > 0) {
      positions.tick(queue.order());
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  InferenceNode.Busy busy() {
    return new InferenceNode.Busy(queue.running(), queue.waiting(), queue.slots());
  }

  private void count() {
    gauge.update(queue.waiting(), queue.running());
  }
}
