package dev.weir.cluster.telemetry;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import kamon.Kamon;
import kamon.metric.Timer;
import kamon.trace.ConstantSampler;
import kamon.trace.Identifier;
import kamon.trace.SpanBuilder;
import kamon.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * Starts spans. Contexts go in and out by hand: nothing is read from the thread. Until {@link
 * Telemetry} turns recording on, spans only hand their context on.
 */
public final class Tracing {

  private static final Trace.SamplingDecision SAMPLE = sample();

  /**
   * The share of new traces that are recorded; below 0 when none is, not even what others began.
   */
  private static volatile double sampling = -1;

  private Tracing() {}

  static void record(double share) {
    sampling = share;
  }

  static void stop() {
    sampling = -1;
  }

  /**
   * The first span of this cluster for a request.
   *
   * @param caller where the client stands in a trace of its own, which decides whether it is
   *     recorded; without one a new trace begins, recorded as configured
   */
  public static Span request(String name, Optional<TraceContext> caller, String requestId) {
    TraceContext at =
        caller
            .orElseGet(() -> TraceContext.root(ThreadLocalRandom.current()))
            .withRequestId(requestId);
    if (!isRecorded(at, caller.isEmpty())) {
      return new Span(at.unsampled(), null, null);
    }
    SpanBuilder builder = builder(Kamon.serverSpanBuilder(name, "weir"));
    return caller.isPresent()
        ? start(builder.asChildOf(remote(at)), at, null)
        : start(builder.traceId(id(at.traceId())).samplingDecision(SAMPLE), at, null);
  }

  /** Of a request that nobody wants to see in a trace. */
  public static Span unrecorded(String requestId) {
    TraceContext at = TraceContext.root(ThreadLocalRandom.current()).withRequestId(requestId);
    return new Span(at.unsampled(), null, null);
  }

  /** A span below {@code parent}. */
  public static Span child(String name, TraceContext parent) {
    return child(name, parent, null);
  }

  static Span child(String name, TraceContext parent, @Nullable Timer timer) {
    return isRecorded(parent, false)
        ? start(builder(Kamon.spanBuilder(name)).asChildOf(remote(parent)), parent, timer)
        : new Span(parent, null, timer);
  }

  private static boolean isRecorded(TraceContext at, boolean isNew) {
    double share = sampling;
    if (share < 0 || !at.sampled()) {
      return false;
    }
    return !isNew || share >= 1 || ThreadLocalRandom.current().nextDouble() < share;
  }

  private static SpanBuilder builder(SpanBuilder builder) {
    return builder.ignoreParentFromContext().doNotTrackMetrics();
  }

  private static Span start(SpanBuilder builder, TraceContext at, @Nullable Timer timer) {
    kamon.trace.Span span = builder.start();
    return new Span(at.below(span.id().string()), span, timer);
  }

  private static kamon.trace.Span remote(TraceContext at) {
    return new kamon.trace.Span.Remote(
        id(at.spanId()), Identifier.Empty(), Trace.create(id(at.traceId()), SAMPLE));
  }

  /** Java has no name for the object that is this decision, but the sampler tells it. */
  private static Trace.SamplingDecision sample() {
    return ConstantSampler.Always().decide(Kamon.spanBuilder("any"));
  }

  private static Identifier id(String hex) {
    return new Identifier(hex, HexFormat.of().parseHex(hex));
  }
}
