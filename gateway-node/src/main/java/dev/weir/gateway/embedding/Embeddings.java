package dev.weir.gateway.embedding;

import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.response.Refusal;
import dev.weir.inference.embedding.EmbedCodecs;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.RateLimits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** Turns texts into vectors, wherever that is done. Thread safe. */
public final class Embeddings {

  private final ActorRef<EmbeddingDesk.Command> desk;
  private final Parcels parcels;
  private final Ulid ulid;
  private final UnaryOperator<String> modelLabel;

  public Embeddings(
      ActorRef<EmbeddingDesk.Command> desk,
      Parcels parcels,
      Ulid ulid,
      UnaryOperator<String> modelLabel) {
    this.desk = desk;
    this.parcels = parcels;
    this.ulid = ulid;
    this.modelLabel = modelLabel;
  }

  /** Vectors, the tokens of their inputs, and how the caller's limits stand. */
  public record Made(Vectors vectors, long tokens, RateLimits limits) {}

  /**
   * The vectors of {@code call}.
   *
   * @param gone the work stops when it completes
   */
  public CompletionStage<Made> make(
      Caller caller, String model, EmbedCall call, TraceContext trace, CompletionStage<Done> gone) {
    long askedAt = System.nanoTime();
    String id = "embd_" + ulid.next();
    CompletableFuture<EmbedHost.Answer> answer = new CompletableFuture<>();
    gone.thenRun(() -> answer.completeExceptionally(clientGone()));
    desk.tell(
        new EmbeddingDesk.Ask(
            (host, replyTo) ->
                new EmbedHost.Embed(
                    id,
                    caller,
                    model,
                    parcels.wrapFor(host, call, EmbedCodecs.CALLS),
                    trace,
                    replyTo),
            answer));
    return answer
        .thenCompose(this::made)
        .whenComplete(
            (made, failure) ->
                Metrics.ofModel(modelLabel.apply(model))
                    .ended(failure == null ? "completed" : "failed", System.nanoTime() - askedAt));
  }

  private static RuntimeException clientGone() {
    return new WeirError.Conflict("client_gone", "The client closed its connection.").asException();
  }

  private CompletionStage<Made> made(EmbedHost.Answer answer) {
    return switch (answer) {
      case EmbedHost.Embedded(var vectors, long tokens, RateLimits limits) ->
          parcels
              .open(vectors, EmbedCodecs.VECTORS)
              .thenApply(opened -> new Made(opened, tokens, limits));
      case EmbedHost.Refused(WeirError error, RateLimits limits) ->
          CompletableFuture.failedFuture(new Refusal(error, limits));
    };
  }
}
