package dev.weir.orchestrator.entity;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/**
 * Asks the sharded entities of one kind. A hand-off of their shard may drop a message, so what is
 * not answered in time is asked again; questions must bear that. Thread safe.
 *
 * @param <M> the entities' protocol
 */
public final class Entities<M> {

  private static final Duration WITHIN = Duration.ofSeconds(3);
  private static final int TRIES = 4;

  private final ActorSystem<?> system;
  private final ActorRef<ShardingEnvelope<M>> shards;

  /**
   * The entities behind {@code shards}.
   *
   * @param shards this node's region, or the proxy of one
   */
  public Entities(ActorSystem<?> system, ActorRef<ShardingEnvelope<M>> shards) {
    this.system = system;
    this.shards = shards;
  }

  /** The answer; fails as unavailable when none of four tries got one. */
  public <R> CompletionStage<R> ask(String id, Function<ActorRef<R>, M> question) {
    return ask(id, question, TRIES);
  }

  private <R> CompletionStage<R> ask(String id, Function<ActorRef<R>, M> question, int tries) {
    return AskPattern.<ShardingEnvelope<M>, R>ask(
            shards,
            replyTo -> new ShardingEnvelope<>(id, question.apply(replyTo)),
            WITHIN,
            system.scheduler())
        .exceptionallyCompose(
            failure -> {
              if (!timedOut(failure)) {
                return CompletableFuture.failedFuture(failure);
              }
              return tries > 1
                  ? ask(id, question, tries - 1)
                  : CompletableFuture.failedFuture(silent().asException());
            });
  }

  private static boolean timedOut(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof TimeoutException;
  }

  private static WeirError silent() {
    return new WeirError.Unavailable(
        "no_answer",
        "The part of the cluster that knows did not answer in time; try again shortly.",
        Duration.ofSeconds(2));
  }
}
