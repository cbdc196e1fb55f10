package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.orchestrator.response.Response;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What an operator sees of one run: its span, whether it is active, who reads it, how it ended. For
 * the run, and after its end for the host.
 */
final class RunTelemetry {

  private static final Logger LOG = LoggerFactory.getLogger(RunTelemetry.class);

  private final Response begun;
  private final Span span;
  private boolean active = true;
  private int readers;

  /** Of a run that begins now. */
  RunTelemetry(Response begun, TraceContext trace) {
    this.begun = begun;
    this.span = Stage.RUN.begin(trace).tag("response.id", begun.id().toString());
    Metrics.runs(1);
  }

  /** Where the parts of the run hang. */
  TraceContext context() {
    return span.context();
  }

  void readerCame() {
    readers++;
    Metrics.readers(1);
  }

  void readerLeft() {
    readers--;
    Metrics.readers(-1);
  }

  /** The response has reached its end. */
  void ended(Response response) {
    WeirError error = response.error();
    String status = response.status().name().toLowerCase(Locale.ROOT);
    span.tag("status", status)
        .tag("attempts", response.summary().attempts())
        .tag("deployment", response.summary().deployment())
        .tag("route", response.summary().route());
    tagCache(response.summary().cache());
    tell(response, status);
    if (error == null) {
      span.finish();
    } else {
      Metrics.failed(error.code());
      span.fail(error.code());
    }
    inactive();
  }

  private void tagCache(Delta.@Nullable Came cache) {
    if (cache != null) {
      span.tag("cache", cache.status());
      if (cache.similarity() > 0) {
        span.tag("cache.key", cache.key())
            .tag("cache.similarity", String.valueOf(cache.similarity()));
      }
    }
  }

  /** The run is no more: what it has not said itself is said now. False if it has said its end. */
  boolean gone() {
    span.fail("run_gone");
    boolean crashed = inactive();
    Metrics.readers(-readers);
    readers = 0;
    return crashed;
  }

  private boolean inactive() {
    boolean was = active;
    if (was) {
      active = false;
      Metrics.runs(-1);
    }
    return was;
  }

  private void tell(Response response, String status) {
    WeirError error = response.error();
    Usage usage = response.usage() == null ? Usage.ZERO : response.usage();
    Logs.about(span.context(), LOG.atLevel(error == null ? Level.DEBUG : Level.INFO))
        .addKeyValue("response_id", begun.id())
        .addKeyValue("status", status)
        .addKeyValue("code", error == null ? "" : error.code())
        .addKeyValue("deployment", response.summary().deployment())
        .addKeyValue("attempts", response.summary().attempts())
        .addKeyValue("input_tokens", usage.inputTokens())
        .addKeyValue("output_tokens", usage.outputTokens())
        .addKeyValue("duration_ms", span.elapsed() / 1e6)
        .log("response ended");
  }
}
