package dev.weir.cluster.telemetry;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;
import org.apache.pekko.Done;
import scala.jdk.javaapi.FutureConverters;

/**
 * What this process tells about its work. Nodes in one process share it: the first one's settings
 * hold until the last one stops. Thread safe.
 */
public final class Telemetry {

  private static final Telemetry SHARED = new Telemetry();
  private static final String NOTHING = "# Prometheus is off: set weir.telemetry.prometheus = on\n";

  private int nodes;
  private CompletionStage<Done> stopped = CompletableFuture.completedFuture(Done.getInstance());

  private Telemetry() {}

  /** One node's share of it. */
  public interface Running {
    /** Ends the share; completes once everything recorded has been handed on. */
    CompletionStage<Done> stop();
  }

  /**
   * Starts telling.
   *
   * @param config the whole configuration, reference included
   */
  public static Running start(TelemetrySettings settings, Config config) {
    SHARED.join(settings, config);
    return () -> SHARED.leave(settings);
  }

  /** The numbers in Prometheus' text format, as of the last interval. */
  public static String scrape() {
    return PrometheusReporter.latestScrapeData().getOrElse(() -> NOTHING);
  }

  private synchronized void join(TelemetrySettings settings, Config config) {
    nodes++;
    if (nodes > 1) {
      return;
    }
    stopped.toCompletableFuture().join();
    Kamon.init(kamon(settings).withFallback(config).resolve());
    JvmMetrics.begin();
    if (settings.otlp().on()) {
      Tracing.record(settings.sampling());
    }
  }

  private synchronized CompletionStage<Done> leave(TelemetrySettings settings) {
    nodes--;
    if (nodes == 0) {
      Tracing.stop();
      // Kamon drops what its reporters have not yet been given.
      long flush = settings.otlp().on() ? 2 * settings.otlp().interval().toMillis() : 0;
      stopped =
          CompletableFuture.supplyAsync(
                  () -> FutureConverters.asJava(Kamon.stopModules()),
                  CompletableFuture.delayedExecutor(flush, TimeUnit.MILLISECONDS))
              .thenCompose(stopping -> stopping)
              .thenApply(done -> Done.getInstance());
    }
    return stopped;
  }

  /** What Kamon is told. Its spans keep no metrics: the stages have theirs. */
  static Config kamon(TelemetrySettings settings) {
    Map<String, Object> keys = new HashMap<>();
    keys.put("init.hide-banner", true);
    keys.put("init.attach-instrumentation", false);
    keys.put("environment.service", "weir");
    keys.put("environment.instance", "weir-" + ProcessHandle.current().pid());
    keys.put("metric.tick-interval", settings.interval());
    keys.put("metric.optimistic-tick-alignment", false);
    keys.put("modules.prometheus-reporter.enabled", settings.prometheus());
    keys.put("prometheus.start-embedded-http-server", false);
    keys.put("trace.identifier-scheme", "double");
    keys.put("trace.sampler", "always");
    keys.put("trace.hooks.pre-start", List.of());
    keys.put("modules.otel-trace-reporter.enabled", settings.otlp().on());
    if (settings.otlp().on()) {
      otlp(settings.otlp(), keys);
    }
    return settings
        .kamon()
        .withFallback(ConfigFactory.parseMap(keys).atKey("kamon"))
        .withFallback(ConfigFactory.parseResources(Telemetry.class, "kamon.conf"));
  }

  /**
   * Kamon keeps at most 4096 spans between two ticks and drops the rest; a longer queue, once
   * configured, is never read. So ticks are short.
   */
  private static void otlp(TelemetrySettings.Otlp otlp, Map<String, Object> keys) {
    keys.put("trace.tick-interval", otlp.interval());
    keys.put("otel.trace.endpoint", otlp.endpoint());
    keys.put("otel.trace.protocol", otlp.protocol());
    keys.put("otel.trace.headers", otlp.headers());
    keys.put("otel.trace.timeout", otlp.timeout());
  }
}
