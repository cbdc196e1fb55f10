package dev.weir.gateway.http;

import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.TraceContext;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one line per request once its last byte is out: what was asked, how it went, how long it
 * took. Never who asked, nor what for.
 */
final class AccessLog {

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** A request as the log knows it. */
  record Entry(HttpRequest request, Span span) {

    TraceContext trace() {
      return span.context();
    }

    String requestId() {
      return trace().requestId();
    }
  }

  private AccessLog() {}

  /**
   * The same answer, logged when it ends.
   *
   * @param path the template, not the path itself
   * @param inFlight counts it from when its body is first fetched, for a client may never do that
   */
  static HttpResponse watch(Entry entry, String path, HttpResponse response, InFlight inFlight) {
    if (!response.entity().isChunked()) {
      write(entry, path, response);
      return response;
    }
    return response.transformEntityDataBytes(
        Flow.of(ByteString.class)
            .watchTermination(
                (used, done) -> {
                  inFlight.count(done).whenComplete((end, failure) -> write(entry, path, response));
                  return used;
                }));
  }

  private static void write(Entry entry, String path, HttpResponse response) {
    int status = response.status().intValue();
    long duration = entry.span().elapsed();
    entry.span().tag("http.status_code", status).tag("request_id", entry.requestId());
    if (status < 500) {
      entry.span().finish();
    } else {
      entry.span().fail("http_" + status);
    }
    Metrics.answered(method(entry), path, status, duration);
    Logs.about(entry.trace(), LOG.atLevel(path.startsWith("/health") ? Level.DEBUG : Level.INFO))
        .addKeyValue("method", entry.request().method().value())
        .addKeyValue("route", path)
        .addKeyValue("status", status)
        .addKeyValue("duration_ms", duration / 1e6)
        .log("request");
  }

  /** One of a bounded set: clients may send methods of their own making. */
  private static String method(Entry entry) {
    String method = entry.request().method().value();
    return METHODS.contains(method) ? method : "other";
  }
}
