package dev.weir.inference.breaker;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A circuit breaker around one upstream. Closed → open when too many of the last calls failed; open
 * → half-open after a pause; half-open lets one probe through, which closes it or opens it again.
 * What a call that began in an older state comes to means nothing.
 *
 * <p>Not thread safe.
 */
public final class Breaker {

  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

  private final String name;
  private final BreakerSettings settings;
  private final InstantSource clock;
  private final CircuitBreaker circuit;
  private Instant openUntil = Instant.EPOCH;
  private @Nullable Permit probe;
  private long epoch;
  private boolean closed = true;

  /**
   * A closed one.
   *
   * @param nanos a clock that only moves forward, such as {@code System::nanoTime}
   */
  public Breaker(String name, BreakerSettings settings, LongSupplier nanos) {
    this.name = name;
    this.settings = settings;
    long start = nanos.getAsLong();
    this.clock = () -> Instant.EPOCH.plusNanos(nanos.getAsLong() - start);
    this.circuit = CircuitBreaker.of(name, config(settings, clock));
    circuit.getEventPublisher().onStateTransition(event -> changed());
  }

  private static CircuitBreakerConfig config(BreakerSettings settings, InstantSource clock) {
    return CircuitBreakerConfig.custom()
        .clock(clock.withZone(ZoneOffset.UTC))
        .slidingWindowType(SlidingWindowType.TIME_BASED)
        .slidingWindowSize(Math.toIntExact(settings.window().toSeconds()))
        .minimumNumberOfCalls(settings.leastCalls())
        .failureRateThreshold((float) (settings.failureShare() * 100))
        .waitDurationInOpenState(settings.pause())
        .permittedNumberOfCallsInHalfOpenState(1)
        .build();
  }

  private void changed() {
    boolean wasClosed = closed;
    closed = circuit.getState() == State.CLOSED;
    epoch++;
    probe = null;
    if (circuit.getState() == State.OPEN) {
      openUntil = clock.instant().plus(settings.pause());
    }
    if (closed != wasClosed) {
      Metrics.broken(name, closed ? -1 : 1);
      LOG.atLevel(closed ? Level.INFO : Level.WARN)
          .addKeyValue("deployment", name)
          .log(closed ? "upstream answers again" : "upstream fails too often, not called for now");
    }
  }

  /** Leave to make one call. Must hear what became of it, once; what it hears later is ignored. */
  public final class Permit {

    private final long since;
    private boolean used;

    private Permit(long since) {
      this.since = since;
    }

    /** The upstream answers. */
    public void succeeded() {
      if (use()) {
        circuit.onSuccess(0, TimeUnit.NANOSECONDS);
      }
    }

    /** The upstream failed. */
    public void failed(WeirError error) {
      if (use()) {
        circuit.onError(0, TimeUnit.NANOSECONDS, error.asException());
      }
    }

    /** The call says nothing about the upstream. */
    public void withdrawn() {
      if (use()) {
        circuit.releasePermission();
        probe = null;
      }
    }

    private boolean use() {
      boolean first = !used;
      used = true;
      return first && since == epoch;
    }
  }

  public BreakerSettings settings() {
    return settings;
  }

  /** Whether a call would be let through now. */
  public boolean admits() {
    return switch (circuit.getState()) {
      case OPEN -> clock.instant().isAfter(openUntil);
      case HALF_OPEN -> probe == null;
      case CLOSED, DISABLED, METRICS_ONLY, FORCED_OPEN -> true;
    };
  }

  /** Leave for one call, if there is any. */
  public Optional<Permit> admit() {
    if (!admits() || !circuit.tryAcquirePermission()) {
      return Optional.empty();
    }
    Permit permit = new Permit(epoch);
    if (circuit.getState() == State.HALF_OPEN) {
      probe = permit;
    }
    return Optional.of(permit);
  }

  /** Whether it lets everything through. */
  public boolean isClosed() {
    return circuit.getState() == State.CLOSED;
  }
}
