package dev.weir.gateway.http;

import dev.weir.cluster.telemetry.TraceContext;
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

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** A request as the log knows it. */
  record Entry(HttpRequest request, String requestId, TraceContext trace, long beganAt) {}

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
    LOG.atLevel(path.startsWith("/health") ? Level.DEBUG : Level.INFO)
        .addKeyValue("method", entry.request().method().value())
        .addKeyValue("route", path)
        .addKeyValue("status", response.status().intValue())
        .addKeyValue("duration_ms", (System.nanoTime() - entry.beganAt()) / 1e6)
        .addKeyValue("request_id", entry.requestId())
        .addKeyValue("trace_id", entry.trace().traceId())
        .log("request");
  }
}
