package dev.weir.inference.generation;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.embedding.EmbedCodecs;
import dev.weir.inference.embedding.EmbedId;
import dev.weir.inference.embedding.EmbedReply;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Has one question turned into a vector by this node's embeddings, on behalf of whoever asks it and
 * at the operator's cost. Asking → stopped when that has come about or has failed, or after {@code
 * PATIENCE}.
 */
final class Measuring {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String embeddings;
  private final Parcels parcels;
  private final Consumer<@Nullable ByteString> done;

  private Measuring(String embeddings, Parcels parcels, Consumer<@Nullable ByteString> done) {
    this.embeddings = embeddings;
    this.parcels = parcels;
    this.done = done;
  }

  /**
   * Asks.
   *
   * @param embeddings the deployment that makes vectors
   * @param done told once, by any thread; null where there is no vector
   */
  static Behavior<EmbedReply> create(
      InferenceNode.Generate request,
      String question,
      String embeddings,
      ActorRef<InferenceNode.Command> node,
      Parcels parcels,
      Consumer<@Nullable ByteString> done) {
    return Behaviors.setup(
        context -> {
          EmbedId id = new EmbedId(request.id().responseId(), request.id().attempt());
          node.tell(
              new InferenceNode.Embed(
                  new EmbedRequest(
                      id,
                      embeddings,
                      new Parcel.Here<>(new EmbedCall(List.of(question), 0)),
                      TokenCounter.estimate().count(question),
                      request.asker(),
                      request.trace(),
                      context.getSelf())));
          context.setReceiveTimeout(PATIENCE, new EmbedReply.Refused(id, silent(), Vectors.UNTOLD));
          return new Measuring(embeddings, parcels, done).asking();
        });
  }

  private static WeirError silent() {
    return new WeirError.Unavailable(
        "embeddings_lost", "The embeddings did not come.", Duration.ofSeconds(1));
  }

  private Behavior<EmbedReply> asking() {
    return Behaviors.receiveMessage(
        reply ->
            switch (reply) {
              case EmbedReply.Accepted accepted -> Behaviors.same();
              case EmbedReply.Started started -> Behaviors.same();
              case EmbedReply.Refused(var id, var error, long tokens) -> {
                paid(tokens);
                done.accept(null);
                yield Behaviors.stopped();
              }
              case EmbedReply.Embedded(var id, Parcel<Vectors> vectors, long tokens) -> {
                paid(tokens);
                parcels
                    .open(vectors, EmbedCodecs.VECTORS)
                    .thenApply(all -> all.all().getFirst())
                    .whenComplete((vector, failure) -> done.accept(vector));
                yield Behaviors.stopped();
              }
            });
  }

  private void paid(long tokens) {
    if (tokens != Vectors.UNTOLD) {
      Metrics.tokens(Deployment.label(embeddings), tokens, 0, 0);
    }
  }
}
