package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.json.ErrorWriter;
import dev.weir.gateway.response.Refusal;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whole answers: JSON bodies and errors. */
public final class Answers {

  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  public static HttpResponse json(ByteString body) {
    return HttpResponse.create()
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body));
  }

  public static HttpResponse error(WeirError error) {
    HttpResponse response =
        HttpResponse.create()
            .withStatus(StatusCodes.get(ErrorWriter.status(error)))
            .withEntity(
                HttpEntities.create(ContentTypes.APPLICATION_JSON, ErrorWriter.body(error)));
    Duration retryAfter = retryAfter(error);
    return retryAfter.isPositive()
        ? response.addHeader(RawHeader.create("Retry-After", "" + seconds(retryAfter)))
        : response;
  }

  /** The path is known, but not with this method. */
  static HttpResponse methodNotAllowed(HttpHeader allow) {
    WeirError error =
        new WeirError.InvalidRequest(
            "method_not_allowed", "This endpoint serves " + allow.value() + ".", null);
    return error(error).withStatus(StatusCodes.METHOD_NOT_ALLOWED).addHeader(allow);
  }

  /** The path is for sockets. */
  static HttpResponse upgradeRequired() {
    WeirError error =
        new WeirError.InvalidRequest(
            "upgrade_required", "Open a WebSocket here, or POST a request.", null);
    return error(error)
        .withStatus(StatusCodes.UPGRADE_REQUIRED)
        .addHeader(RawHeader.create("Upgrade", "websocket"));
  }

  /** The error inside a failure; what is no answer of ours is logged. */
  public static HttpResponse failure(Throwable failure, TraceContext trace) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    WeirError error = WeirError.of(cause);
    Metrics.refused(error.code());
    if (error instanceof WeirError.Internal) {
      Logs.about(trace, LOG.atError()).setCause(Logs.places(cause)).log("Request failed");
    }
    return cause instanceof Refusal refused
        ? limited(error(error), refused.limits())
        : error(error);
  }

  /** The same answer, telling how the caller's limits stand. */
  static HttpResponse limited(HttpResponse response, RateLimits limits) {
    return response.addHeaders(RateLimitHeaders.of(limits));
  }

  private static Duration retryAfter(WeirError error) {
    return switch (error) {
      case WeirError.TooManyRequests limited -> limited.retryAfter();
      case WeirError.Unavailable unavailable -> unavailable.retryAfter();
      case WeirError.ModelFailed failed -> failed.retryAfter();
      case WeirError.InvalidRequest e -> Duration.ZERO;
      case WeirError.Unauthorized e -> Duration.ZERO;
      case WeirError.Forbidden e -> Duration.ZERO;
      case WeirError.NotFound e -> Duration.ZERO;
      case WeirError.Conflict e -> Duration.ZERO;
      case WeirError.TooLarge e -> Duration.ZERO;
      case WeirError.TimedOut e -> Duration.ZERO;
      case WeirError.Internal e -> Duration.ZERO;
    };
  }

  private static long seconds(Duration duration) {
    return Math.max(1, duration.plusMillis(999).toSeconds());
  }
}
