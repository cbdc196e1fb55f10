package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.queue.FairQueue;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A deployment while it has calls: its queue, the gauge of it, and who waits in it. A part of
 * {@link InferenceNode}, used by its actor alone.
 */
final class Served {

  private final Deployment deployment;
  private final FairQueue<ActorRef<Generation.Command>> queue;
  private final Metrics.Queue gauge;
  private final Positions positions = new Positions();

  Served(Deployment deployment, LongSupplier nanos) {
    this.deployment = deployment;
    this.queue = new FairQueue<>(deployment.slots(), deployment.queue(), nanos);
    this.gauge = new Metrics.Queue(deployment.label());
  }

  boolean isFull(InferenceNode.Generate generate) {
    return queue.isFull(generate.tokens());
  }

  /** What a call hears that comes while it is full; it counts as sent away. */
  WeirError refuse(InferenceNode.Generate generate) {
    return new WeirError.TooManyRequests(
        "queue_full",
        "The queue of '" + deployment.name() + "' is full; try again later.",
        queue.refuse(generate.tokens()));
  }

  /** Takes a call that fits; whoever asked is told, and the generation when it may start. */
  void take(InferenceNode.Generate generate, ActorRef<Generation.Command> generation) {
    boolean started = queue.add(generation, generate.claim());
    generate.replyTo().tell(new InferenceNode.Accepted(generate.id(), generation, !started));
    if (started) {
      generation.tell(Generation.Start.NOW);
    } else {
      positions.add(generation, generate);
    }
    count();
  }

  void produced(ActorRef<Generation.Command> generation, long tokens) {
    queue.produced(generation, tokens);
  }

  /** A generation has ended; the next one may start. */
  void ended(ActorRef<Generation.Command> generation) {
    positions.remove(generation);
    queue
        .remove(generation)
        .ifPresent(
            next -> {
              positions.remove(next);
              next.tell(Generation.Start.AFTER_WAITING);
            });
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
