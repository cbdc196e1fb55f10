package dev.weir.orchestrator.user;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** The length of a budget's window. Windows are fixed and lie side by side in UTC. */
public enum Span {
  MINUTE(ChronoUnit.MINUTES),
  DAY(ChronoUnit.DAYS),
  MONTH(ChronoUnit.MONTHS);

  private final ChronoUnit unit;

  Span(ChronoUnit unit) {
    this.unit = unit;
  }

  /** When the window that contains {@code at} began. */
  public Instant start(Instant at) {
    return this == MONTH ? firstOfMonth(at).toInstant() : at.truncatedTo(unit);
  }

  /** When the window that contains {@code at} ends; the end itself belongs to the next window. */
  public Instant end(Instant at) {
    return this == MONTH
        ? firstOfMonth(at).plusMonths(1).toInstant()
        : at.truncatedTo(unit).plus(1, unit);
  }

  /** Whether both instants lie in one window. */
  public boolean same(Instant one, Instant other) {
    return start(one).equals(start(other));
  }

  private static ZonedDateTime firstOfMonth(Instant at) {
    return at.truncatedTo(ChronoUnit.DAYS).atZone(ZoneOffset.UTC).withDayOfMonth(1);
  }
}
