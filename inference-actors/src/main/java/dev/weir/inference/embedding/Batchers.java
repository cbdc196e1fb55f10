package dev.weir.inference.embedding;

import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Capability;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Embedder;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.UpstreamError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * The deployments of one node that have embeddings calls, a {@link Batcher} for each. A part of the
 * actor {@code C}, used by it alone.
 */
public final class Batchers<C> {

  private final ActorContext<C> context;
  private final Function<Deployment, Provider> providers;
  private final Parcels parcels;
  private final BiFunction<String, Batcher.Outcome, C> ended;
  private final BiFunction<String, ActorRef<Batcher.Command>, C> gone;
  private final Map<String, Active> active = new HashMap<>();

  /** A batcher that has calls: those behind a prefix are named by clients, so none stays. */
  private record Active(ActorRef<Batcher.Command> batcher, int calls, int slots) {
    Active plus(int change) {
      return new Active(batcher, calls + change, slots);
    }
  }

  /**
   * Of none.
   *
   * @param ended what the actor is told when a call of that deployment is over, for {@link #ended}
   * @param gone what it is told when a batcher has stopped by itself, for {@link #gone}
   */
  public Batchers(
      ActorContext<C> context,
      Function<Deployment, Provider> providers,
      Parcels parcels,
      BiFunction<String, Batcher.Outcome, C> ended,
      BiFunction<String, ActorRef<Batcher.Command>, C> gone) {
    this.context = context;
    this.providers = providers;
    this.parcels = parcels;
    this.ended = ended;
    this.gone = gone;
  }

  /** Takes a call, with leave of its deployment's breaker, or refuses it. */
  public void take(EmbedRequest request, Deployment deployment, Breaker breaker) {
    Optional<Embedder> embedder =
        Capability.of(deployment).contains(Capability.EMBEDDINGS)
            ? providers.apply(deployment).embedder()
            : Optional.empty();
    if (embedder.isEmpty()) {
      refuse(request, noEmbeddings(deployment));
      return;
    }
    Optional<Breaker.Permit> permit = breaker.admit();
    if (permit.isEmpty()) {
      refuse(request, deployment.broken());
      return;
    }
    Active batcher =
        active.computeIfAbsent(deployment.name(), name -> start(deployment, embedder.get()));
    active.put(deployment.name(), batcher.plus(1));
    batcher.batcher().tell(new Batcher.Submit(request, permit.get()));
  }

  /** Answers that a call was not taken. */
  public static void refuse(EmbedRequest request, WeirError error) {
    request.replyTo().tell(new EmbedReply.Refused(request.id(), error, 0));
  }

  private Active start(Deployment deployment, Embedder embedder) {
    ActorRef<C> self = context.getSelf();
    ActorRef<Batcher.Command> batcher =
        context.spawnAnonymous(
            Batcher.create(
                deployment,
                embedder,
                parcels,
                System::nanoTime,
                outcome -> self.tell(ended.apply(deployment.name(), outcome))));
    context.watchWith(batcher, gone.apply(deployment.name(), batcher));
    return new Active(batcher, 0, deployment.slots());
  }

  /** A call of that deployment is over: its breaker hears what came of it. */
  public void ended(String deployment, Batcher.Outcome outcome) {
    Breaker.Permit permit = outcome.permit();
    @Nullable WeirError failure = outcome.failure();
    if (failure != null && UpstreamError.speaksAgainstIt(failure)) {
      permit.failed(failure);
    } else if (outcome.answered() || failure != null) {
      permit.succeeded();
    } else {
      permit.withdrawn();
    }
    @Nullable Active one = active.computeIfPresent(deployment, (name, known) -> known.plus(-1));
    if (one != null && one.calls() == 0) {
      active.remove(deployment);
      context.unwatch(one.batcher());
      context.stop(one.batcher());
    }
  }

  /** A batcher has stopped by itself. */
  public void gone(String deployment, ActorRef<Batcher.Command> batcher) {
    active.computeIfPresent(
        deployment, (name, known) -> known.batcher().equals(batcher) ? null : known);
  }

  public boolean isEmpty() {
    return active.isEmpty();
  }

  /** Takes a deployment's part of the load. */
  @FunctionalInterface
  public interface Load {
    void of(String deployment, int calls, int slots);
  }

  /** Tells how many calls each deployment has. */
  public void tell(Load load) {
    active.forEach((deployment, one) -> load.of(deployment, one.calls(), one.slots()));
  }

  private static WeirError noEmbeddings(Deployment deployment) {
    return new WeirError.InvalidRequest(
        "unsupported_model",
        "The deployment '" + deployment.name() + "' makes no embeddings.",
        "model");
  }
}
