package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.cluster.telemetry.Tracing;
import dev.weir.gateway.caller.Callers;
import dev.weir.orchestrator.response.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * What happens to every request, socket upgrades included: it gets an id, a place in a trace and a
 * caller, strangers are refused, an endpoint is found, failures become answers, and a line goes to
 * the access log.
 */
final class Entrance {

  private static final Pattern REQUEST_ID = Pattern.compile("[\\w.:-]{1,128}");
  private static final String UNKNOWN = "(unknown)";
  private static final Caller ANYBODY = new Caller(Caller.DEFAULT_TENANT, "anybody");

  private final Endpoints endpoints;
  private final Bodies bodies;
  private final Callers callers;
  private final Strangers strangers;
  private final Cors cors;
  private final Ulid ulid;
  private final BooleanSupplier ready;
  private final InFlight inFlight;

  Entrance(Endpoints endpoints, Bodies bodies, Cors cors, GatewayServer.Basics basics) {
    this.endpoints = endpoints;
    this.bodies = bodies;
    this.callers = basics.callers();
    this.strangers = new Strangers(cors);
    this.cors = cors;
    this.ulid = basics.ulid();
    this.ready = basics.ready();
    this.inFlight = basics.inFlight();
  }

  /** Answers a request; never fails. */
  CompletionStage<HttpResponse> serve(HttpRequest request, Connection connection) {
    Endpoints.Match match = endpoints.match(request.method(), segments(request));
    String path =
        switch (match) {
          case Endpoints.Found found -> found.endpoint().path().toString();
          case Endpoints.OtherMethods others -> others.path().toString();
          case Endpoints.Nothing nothing -> UNKNOWN;
        };
    AccessLog.Entry entry = new AccessLog.Entry(request, span(request, path));
    return inFlight
        .count(connection.during(gone -> answer(entry, match, gone)))
        .exceptionally(failure -> Answers.failure(failure, entry.trace()))
        .thenApply(
            response ->
                AccessLog.watch(
                    entry,
                    path,
                    lastWhenLeaving(cors.mark(request, response))
                        .addHeader(RawHeader.create("x-request-id", entry.requestId())),
                    inFlight));
  }

  /** A node that takes no more requests asks its clients to connect elsewhere. */
  private HttpResponse lastWhenLeaving(HttpResponse response) {
    return ready.getAsBoolean() || response.status().equals(StatusCodes.SWITCHING_PROTOCOLS)
        ? response
        : response.addHeader(
            org.apache.pekko.http.javadsl.model.headers.Connection.create("close"));
  }

  private CompletionStage<HttpResponse> answer(
      AccessLog.Entry entry, Endpoints.Match match, CompletionStage<Done> gone) {
    HttpRequest request = entry.request();
    try {
      return switch (match) {
        case Endpoints.Found found ->
            found.endpoint().handler().handle(context(entry, found, gone));
        case Endpoints.OtherMethods others -> {
          bodies.discard(request);
          yield CompletableFuture.completedFuture(otherMethods(request, others));
        }
        case Endpoints.Nothing(WeirError error) -> throw error.asException();
      };
    } catch (RuntimeException refused) {
      bodies.discard(request);
      return CompletableFuture.failedFuture(refused);
    }
  }

  private RequestContext context(
      AccessLog.Entry entry, Endpoints.Found found, CompletionStage<Done> gone) {
    HttpRequest request = entry.request();
    Caller caller = ANYBODY;
    if (!found.endpoint().open()) {
      if (!callers.areKnown()) {
        strangers.refuse(request);
      }
      caller = callers.of(header(request, "Authorization"));
    }
    return new RequestContext(
        entry.requestId(), caller, entry.trace(), request, found.parts(), gone);
  }

  private HttpResponse otherMethods(HttpRequest request, Endpoints.OtherMethods others) {
    HttpResponse options = cors.options(request, others.allowed());
    return request.method().equals(HttpMethods.OPTIONS)
        ? options
        : Answers.methodNotAllowed(options.getHeader("Allow").orElseThrow());
  }

  private static List<String> segments(HttpRequest request) {
    List<String> segments = new ArrayList<>();
    request
        .getUri()
        .pathSegments()
        .forEach(
            segment -> {
              if (!segment.isEmpty()) {
                segments.add(segment);
              }
            });
    return segments;
  }

  private String requestId(HttpRequest request) {
    return header(request, "x-request-id")
        .filter(id -> REQUEST_ID.matcher(id).matches())
        .orElseGet(() -> "req_" + ulid.next());
  }

  /** What an operator's own tools ask for all day is in nobody's trace. */
  private Span span(HttpRequest request, String path) {
    return path.startsWith("/v1")
        ? Tracing.request(
            "http " + request.method().value() + " " + path,
            header(request, "traceparent").flatMap(TraceContext::parse),
            requestId(request))
        : Tracing.unrecorded(requestId(request));
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }
}
