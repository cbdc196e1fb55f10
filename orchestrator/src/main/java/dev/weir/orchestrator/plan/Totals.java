package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a step, or a whole plan of them, has taken since it began. Not thread safe. */
final class Totals {

  private final InstantSource clock;
  private final Instant startedAt;
  private Usage usage = Usage.ZERO;
  private long cost;
  private int attempts;
  private String deployment = "";
  private String route = "";
  private String degradedFrom = "";
  private boolean repaired;
  private RateLimits limits = new RateLimits(List.of());
  private @Nullable Instant firstDeltaAt;
  private Delta.@Nullable Came came;

  /** Begins now. */
  Totals(InstantSource clock) {
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /** Counts one more attempt, and tells its number. */
  int attempt() {
    return ++attempts;
  }

  int attempts() {
    return attempts;
  }

  /** A deployment is tried, and why that one. */
  void tried(String deployment, String why) {
    this.deployment = deployment;
    this.route = why;
  }

  /** Notes which model was asked for, where another stands in; empty where none does. */
  void degraded(String from) {
    this.degradedFrom = from;
  }

  /** Adds what an attempt took; {@code cost} in nano-USD. */
  void took(Usage usage, long cost) {
    this.usage = this.usage.plus(usage);
    this.cost += cost;
  }

  /** Notes where the last answer came from, if it may be shared. */
  void came(Delta.@Nullable Came last) {
    this.came = last;
  }

  /** The last answer mends one that did not have its form. */
  void repaired() {
    repaired = true;
  }

  /** Adds a step of a plan. */
  void add(StepEvent.Outcome step) {
    took(step.usage(), step.cost());
    attempts += step.attempts();
    if (!step.deployment().isEmpty()) {
      tried(step.deployment(), step.route());
      degraded(step.degradedFrom());
    }
    told(step.limits());
    came(step.came());
    repaired |= step.repaired();
  }

  /** Notes the user's limits, unless nobody asked for them. */
  void told(RateLimits limits) {
    this.limits = limits.quotas().isEmpty() ? this.limits : limits;
  }

  RateLimits limits() {
    return limits;
  }

  /** Something has come; the first time counts. */
  void heard() {
    firstDeltaAt = firstDeltaAt == null ? clock.instant() : firstDeltaAt;
  }

  StepEvent.Outcome outcome(StepEvent.Result result) {
    return new StepEvent.Outcome(
        result,
        usage,
        cost,
        attempts,
        deployment,
        firstDeltaAt == null ? null : Duration.between(startedAt, firstDeltaAt),
        firstDeltaAt == null ? null : Duration.between(firstDeltaAt, clock.instant()),
        limits,
        came,
        route,
        degradedFrom,
        repaired);
  }
}
