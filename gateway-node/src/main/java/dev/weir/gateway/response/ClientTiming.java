package dev.weir.gateway.response;

import dev.weir.cluster.telemetry.Metrics;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import java.util.Locale;

/**
 * Times one response as its client sees it, whatever it speaks: each event passes here when the
 * client's connection takes it. State of one stream; its clock starts with it.
 */
final class ClientTiming {

  private final Metrics.OfModel metrics;
  private final long askedAt = System.nanoTime();
  private long firstAt;
  private long lastAt;

  ClientTiming(Metrics.OfModel metrics) {
    this.metrics = metrics;
  }

  /** The same event, noted. */
  Numbered seen(Numbered numbered) {
    ResponseEvent event = numbered.event();
    if (event instanceof ResponseEvent.Grown) {
      token(System.nanoTime());
    } else if (event instanceof ResponseEvent.Ended(Response response)) {
      ended(response, System.nanoTime());
    }
    return numbered;
  }

  private void token(long now) {
    if (lastAt == 0) {
      firstAt = now;
      metrics.ttft().record(now - askedAt);
    } else {
      metrics.itl().record(now - lastAt);
    }
    lastAt = now;
  }

  private void ended(Response response, long now) {
    metrics.ended(response.status().name().toLowerCase(Locale.ROOT), now - askedAt);
    long tokens = response.usage() == null ? 0 : response.usage().outputTokens();
    if (firstAt != 0 && tokens > 1) {
      metrics.tpot().record((now - firstAt) / (tokens - 1));
    }
  }
}
