package dev.weir.orchestrator.user;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.function.LongBinaryOperator;
import java.util.function.ToLongFunction;

/**
 * One number for each {@link Meter}; arithmetic is meter by meter. Zeros are not stored. Immutable.
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Amounts(
    long requestsPerMinute, long tokensPerMinute, long tokensPerDay, long nanosPerMonth) {

  public static final Amounts ZERO = new Amounts(0, 0, 0, 0);

  static Amounts of(ToLongFunction<Meter> amount) {
    return new Amounts(
        amount.applyAsLong(Meter.REQUESTS_PER_MINUTE),
        amount.applyAsLong(Meter.TOKENS_PER_MINUTE),
        amount.applyAsLong(Meter.TOKENS_PER_DAY),
        amount.applyAsLong(Meter.USD_PER_MONTH));
  }

  /** One request of so many tokens at that cost. */
  static Amounts request(long tokens, long nanos) {
    return new Amounts(1, tokens, tokens, nanos);
  }

  public long get(Meter meter) {
    return switch (meter) {
      case REQUESTS_PER_MINUTE -> requestsPerMinute;
      case TOKENS_PER_MINUTE -> tokensPerMinute;
      case TOKENS_PER_DAY -> tokensPerDay;
      case USD_PER_MONTH -> nanosPerMonth;
    };
  }

  public Amounts plus(Amounts other) {
    return zip(other, Math::addExact);
  }

  public Amounts minus(Amounts other) {
    return zip(other, Math::subtractExact);
  }

  public Amounts min(Amounts other) {
    return zip(other, Math::min);
  }

  public Amounts max(Amounts other) {
    return zip(other, Math::max);
  }

  /** This, with nothing below zero. */
  public Amounts positive() {
    return max(ZERO);
  }

  /** Whether no meter of {@code other} is above this one's. */
  public boolean covers(Amounts other) {
    return requestsPerMinute >= other.requestsPerMinute
        && tokensPerMinute >= other.tokensPerMinute
        && tokensPerDay >= other.tokensPerDay
        && nanosPerMonth >= other.nanosPerMonth;
  }

  /** Whether every meter reads zero. */
  boolean none() {
    return equals(ZERO);
  }

  /** The part whose window at {@code then} is still the window at {@code now}. */
  Amounts still(Instant then, Instant now) {
    if (Span.MINUTE.same(then, now) || none()) {
      return this;
    }
    return of(meter -> meter.span().same(then, now) ? get(meter) : 0);
  }

  private Amounts zip(Amounts other, LongBinaryOperator operator) {
    return new Amounts(
        operator.applyAsLong(requestsPerMinute, other.requestsPerMinute),
        operator.applyAsLong(tokensPerMinute, other.tokensPerMinute),
        operator.applyAsLong(tokensPerDay, other.tokensPerDay),
        operator.applyAsLong(nanosPerMonth, other.nanosPerMonth));
  }
}
