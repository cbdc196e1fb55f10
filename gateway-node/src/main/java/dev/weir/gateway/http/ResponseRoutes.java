package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.json.ConversationWriter;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ResponseRequestReader;
import dev.weir.gateway.json.ResponseWriter;
import dev.weir.gateway.response.Responses;
import dev.weir.gateway.socket.Sockets;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.IdempotencyKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** {@code /v1/responses}. */
final class ResponseRoutes {

  private final Responses responses;
  private final Offer offer;
  private final ResponseRequestReader reader;
  private final Sockets sockets;
  private final HttpSettings settings;

  ResponseRoutes(
      Responses responses,
      Offer offer,
      ResponseRequestReader reader,
      Sockets sockets,
      HttpSettings settings) {
    this.responses = responses;
    this.offer = offer;
    this.reader = reader;
    this.sockets = sockets;
    this.settings = settings;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.POST, "/v1/responses", bodies.json(this::create)),
        Endpoint.of(HttpMethods.GET, "/v1/responses", bodies.none(this::connect)),
        Endpoint.of(HttpMethods.GET, "/v1/responses/{id}", bodies.none(this::retrieve)),
        Endpoint.of(
            HttpMethods.GET, "/v1/responses/{id}/input_items", bodies.none(this::inputItems)),
        Endpoint.of(HttpMethods.POST, "/v1/responses/{id}/cancel", bodies.none(this::cancel)),
        Endpoint.of(HttpMethods.DELETE, "/v1/responses/{id}", bodies.none(this::delete)));
  }

  private CompletionStage<HttpResponse> connect(RequestContext context) {
    return CompletableFuture.completedFuture(
        context
            .request()
            .getAttribute(AttributeKeys.webSocketUpgrade)
            .map(upgrade -> sockets.open(upgrade, context.caller(), context.trace()))
            .orElseGet(Answers::upgradeRequired));
  }

  private CompletionStage<HttpResponse> create(RequestContext context, Fields body) {
    return run(context, body, reader.read(body), ResponseWriter::body);
  }

  /**
   * Runs what is {@code asked}: answers with its events, or with the whole as {@code writer} has
   * it.
   */
  CompletionStage<HttpResponse> run(
      RequestContext context,
      Fields body,
      ResponseRequest asked,
      Function<Response, ByteString> writer) {
    ResponseRequest request = RequestTimeout.of(context, asked);
    boolean stream = body.bool("stream", false);
    IdempotencyKey key = IdempotencyHeader.of(context, body);
    offer.check(context.caller(), request);
    CompletionStage<Responses.Started> started =
        responses.start(
            context.caller(), request, context.trace(), stream ? 0 : Responses.LAST, key);
    return started.thenCompose(
        begun ->
            (stream
                    ? CompletableFuture.completedStage(stream(begun))
                    : whole(context, request, begun, key != null)
                        .thenApply(
                            response ->
                                Answers.limited(
                                    Answers.json(writer.apply(response)), begun.limits())))
                .thenApply(answer -> IdempotencyHeader.mark(answer, key, begun.replayed())));
  }

  /** The response once it has ended. Nobody can come back to one without a store or a key. */
  private CompletionStage<Response> whole(
      RequestContext context,
      ResponseRequest request,
      Responses.Started started,
      boolean comesBack) {
    if (request.background()) {
      return responses.retrieve(context.caller(), started.id().toString());
    }
    if (!request.store() && !comesBack) {
      context.gone().thenRun(() -> responses.cancel(context.caller(), started.id().toString()));
    }
    return responses.ended(started);
  }

  private HttpResponse stream(Responses.Started started) {
    return Answers.limited(
        ServerSentEvents.responseEvents(started.events(), settings.keepAlive()), started.limits());
  }

  private CompletionStage<HttpResponse> retrieve(RequestContext context) {
    String id = context.part("id");
    if (context.query("stream").filter("true"::equals).isEmpty()) {
      return responses
          .retrieve(context.caller(), id)
          .thenApply(response -> Answers.json(ResponseWriter.body(response)));
    }
    long after = startingAfter(context.query("starting_after"));
    return responses.resume(context.caller(), id, after + 1).thenApply(this::stream);
  }

  private CompletionStage<HttpResponse> inputItems(RequestContext context) {
    return responses
        .inputItems(context.caller(), context.part("id"), Paging.of(context))
        .thenApply(slice -> Answers.json(ConversationWriter.list(slice)));
  }

  private CompletionStage<HttpResponse> cancel(RequestContext context) {
    return responses
        .cancel(context.caller(), context.part("id"))
        .thenApply(response -> Answers.json(ResponseWriter.body(response)));
  }

  private CompletionStage<HttpResponse> delete(RequestContext context) {
    return responses
        .delete(context.caller(), context.part("id"))
        .thenApply(
            response ->
                Answers.json(ConversationWriter.deleted(response.id().toString(), "response")));
  }

  private static long startingAfter(Optional<String> value) {
    try {
      return value.map(Long::parseLong).orElse(-1L);
    } catch (NumberFormatException malformed) {
      throw new WeirError.InvalidRequest(
              "invalid_value",
              "Invalid value: '%s' for 'starting_after'; expected a sequence number."
                  .formatted(value.orElse("")),
              "starting_after")
          .asException();
    }
  }
}
