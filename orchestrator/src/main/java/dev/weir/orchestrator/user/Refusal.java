package dev.weir.orchestrator.user;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/** Why a reservation is refused, in words that tell the caller what helps. */
final class Refusal {

  private static final Duration SHORTLY = Duration.ofSeconds(1);

  private Refusal() {}

  static WeirError tooManyRuns(long limit) {
    return new WeirError.TooManyRequests(
        "too_many_concurrent_runs",
        "All " + limit + " concurrent runs are in use: wait for one to end, or cancel one.",
        SHORTLY);
  }

  static WeirError tooManyWaiting() {
    return new WeirError.Unavailable(
        "budget_overloaded", "Too many requests of this user wait for its budget.", SHORTLY);
  }

  static WeirError withdrawn() {
    return new WeirError.Conflict("attempt_ended", "This attempt has been settled already.");
  }

  /** Not even an untouched window would do. */
  static WeirError larger(Amounts least, Limits limits) {
    Meter meter = lacking(limits.most(), least).findFirst().orElseThrow();
    return new WeirError.InvalidRequest(
        "request_exceeds_budget",
        "Needs %d %s at least, the limit is %d: send less input or ask for less output."
            .formatted(least.get(meter), meter.words(), limits.most().get(meter)),
        null);
  }

  /** Wait for the end of the longest window that lacks something. */
  static WeirError spent(Amounts least, Amounts left, Instant now) {
    Meter meter = lacking(left, least).max(Comparator.comparing(Meter::span)).orElseThrow();
    return new WeirError.TooManyRequests(
        meter.span() == Span.MINUTE ? "rate_limit_exceeded" : "insufficient_quota",
        "Needs %d %s at least, %d are left in this window."
            .formatted(least.get(meter), meter.words(), Math.max(0, left.get(meter))),
        Duration.between(now, meter.span().end(now)));
  }

  private static Stream<Meter> lacking(Amounts left, Amounts least) {
    return Stream.of(Meter.values()).filter(meter -> left.get(meter) < least.get(meter));
  }
}
