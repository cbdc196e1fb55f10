package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.caller.Callers;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpMessage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;

/**
 * What happens to every request before its handler sees it: it gets an id, a caller and a place in
 * a trace, its body is read up to the limit, and its failures become answers.
 */
final class Entrance {

  private static final Pattern REQUEST_ID = Pattern.compile("[\\w.:-]{1,128}");
  private static final long BODY_WITHIN_MILLIS = 60_000;

  private final ActorSystem<?> system;
  private final HttpSettings settings;
  private final Callers callers;
  private final Ulid ulid;

  Entrance(ActorSystem<?> system, HttpSettings settings, Callers callers, Ulid ulid) {
    this.system = system;
    this.settings = settings;
    this.callers = callers;
    this.ulid = ulid;
  }

  /** Handles a request without a body. */
  Route handle(Function<RequestContext, CompletionStage<HttpResponse>> handler) {
    return Directives.extractRequest(
        request ->
            answer(
                request,
                context -> {
                  request.discardEntityBytes(system);
                  return handler.apply(context);
                }));
  }

  /** Handles a request with a JSON object as its body. */
  Route handleJson(JsonHandler handler) {
    return Directives.extractRequest(
        request ->
            answer(
                request,
                context ->
                    body(request)
                        .thenCompose(
                            body -> handler.apply(context, Fields.of(Json.readObject(body))))));
  }

  /** A handler of a JSON body. */
  interface JsonHandler {
    CompletionStage<HttpResponse> apply(RequestContext context, Fields body);
  }

  private Route answer(
      HttpRequest request, Function<RequestContext, CompletionStage<HttpResponse>> handler) {
    String requestId = requestId(request);
    return Directives.completeWithFuture(
        begin(request, requestId, handler)
            .exceptionally(Answers::failure)
            .thenApply(
                response -> response.addHeader(RawHeader.create("x-request-id", requestId))));
  }

  private CompletionStage<HttpResponse> begin(
      HttpRequest request,
      String requestId,
      Function<RequestContext, CompletionStage<HttpResponse>> handler) {
    try {
      refuseStrangers(request);
      return handler.apply(
          new RequestContext(
              requestId, callers.of(header(request, "Authorization")), trace(request)));
    } catch (RuntimeException refused) {
      request.discardEntityBytes(system);
      return java.util.concurrent.CompletableFuture.failedFuture(refused);
    }
  }

  /**
   * A node without keys trusts whoever reaches its loopback port; a web page somewhere must not be
   * able to, neither by its own origin nor by a name that resolves to us.
   */
  private void refuseStrangers(HttpRequest request) {
    if (callers.areKnown()) {
      return;
    }
    String host = header(request, "Host").map(Entrance::hostOf).orElse("localhost");
    boolean foreignOrigin =
        header(request, "Origin")
            .filter(origin -> !settings.cors().contains(origin) && !settings.cors().contains("*"))
            .map(origin -> URI.create(origin).getHost())
            .filter(origin -> !HttpSettings.isLoopback(origin))
            .isPresent();
    if (!HttpSettings.isLoopback(host) || foreignOrigin) {
      throw new WeirError.Forbidden(
              "foreign_origin",
              "Without configured keys Weir answers only local callers; configure weir.keys, or use"
                  + " a loopback address.")
          .asException();
    }
  }

  private static String hostOf(String header) {
    int colon = header.lastIndexOf(':');
    return colon > header.lastIndexOf(']') ? header.substring(0, colon) : header;
  }

  private CompletionStage<byte[]> body(HttpRequest request) {
    return request
        .entity()
        .withSizeLimit(settings.maxBody())
        .toStrict(BODY_WITHIN_MILLIS, system)
        .handle(
            (strict, failure) -> {
              if (failure == null) {
                return strict.getData().toArrayUnsafe();
              }
              throw unreadable(failure).asException();
            });
  }

  private WeirError unreadable(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof EntityStreamSizeException
        || failure instanceof EntityStreamSizeException) {
      return new WeirError.TooLarge(
          "body_too_large",
          "The body is larger than %d bytes, the limit weir.http.max-body."
              .formatted(settings.maxBody()));
    }
    return new WeirError.InvalidRequest(
        "body_unreadable", "The body did not arrive in full.", null);
  }

  private String requestId(HttpRequest request) {
    return header(request, "x-request-id")
        .filter(id -> REQUEST_ID.matcher(id).matches())
        .orElseGet(() -> "req_" + ulid.next());
  }

  private static TraceContext trace(HttpRequest request) {
    return header(request, "traceparent")
        .flatMap(TraceContext::parse)
        .orElseGet(() -> TraceContext.root(ThreadLocalRandom.current()));
  }

  private static Optional<String> header(HttpMessage message, String name) {
    return message.getHeader(name).map(header -> header.value());
  }
}
