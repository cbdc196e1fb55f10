package dev.weir.gateway.socket;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;

/** Starts and stops the responses of one caller's socket. Thread safe. */
final class TurnRunner {

  private final ActorSystem<?> system;
  private final Responses responses;
  private final Offer offer;
  private final Caller caller;
  private final TraceContext trace;

  /** Who opened the socket, and in which trace. */
  record Client(Caller caller, TraceContext trace) {}

  TurnRunner(ActorSystem<?> system, Responses responses, Offer offer, Client client) {
    this.system = system;
    this.responses = responses;
    this.offer = offer;
    this.caller = client.caller();
    this.trace = client.trace();
  }

  /**
   * Starts a response. One that is not stored lives no longer than whoever reads its events.
   *
   * @param request with its context, as far as the socket knew it
   */
  CompletionStage<Responses.Started> start(ResponseRequest request) {
    return CompletableFuture.completedFuture(request)
        .thenCompose(
            asked -> {
              offer.check(caller, asked);
              return responses.start(caller, asked, trace, 0);
            })
        .thenApply(started -> request.store() ? started : responses.bound(caller, started));
  }

  /** What a turn that only prepares continues must be there; others hear it of their run. */
  private CompletionStage<?> continuable(ResponseRequest request) {
    String previous = request.previousResponseId();
    if (previous == null) {
      return CompletableFuture.completedFuture(request);
    }
    return responses
        .retrieve(caller, previous)
        .handle(
            (response, failure) -> {
              boolean absent =
                  failure == null
                      ? !response.request().store()
                      : WeirError.of(failure) instanceof WeirError.NotFound;
              if (absent) {
                throw unknown(previous);
              }
              if (failure != null) {
                throw new CompletionException(failure);
              }
              return response;
            });
  }

  private static RuntimeException unknown(String id) {
    return new WeirError.NotFound(
            "previous_response_not_found", "Previous response with id '" + id + "' not found.")
        .asException();
  }

  /** A response to a request that only prepares. */
  CompletionStage<Response> prepare(ResponseRequest request) {
    if (!offer.has(caller, request.model())) {
      return CompletableFuture.failedFuture(Offer.unknown(request.model(), "model"));
    }
    return continuable(request).thenApply(checked -> responses.empty(caller, request));
  }

  CompletionStage<Response> cancel(String id) {
    return responses.cancel(caller, id);
  }

  /** Lets go of a response that nobody will read. */
  void abandon(Responses.Started started) {
    started.events().runWith(Sink.cancelled(), system);
  }
}
