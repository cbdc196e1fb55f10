package dev.weir.orchestrator.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanTest {

  @ParameterizedTest
  @CsvSource({
    "MINUTE, 2026-02-28T23:59:59.999Z, 2026-02-28T23:59:00Z, 2026-03-01T00:00:00Z",
    "DAY,    2026-02-28T23:59:59.999Z, 2026-02-28T00:00:00Z, 2026-03-01T00:00:00Z",
    "MONTH,  2026-02-28T23:59:59.999Z, 2026-02-01T00:00:00Z, 2026-03-01T00:00:00Z",
    "MONTH,  2024-02-29T12:00:00Z,     2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
    "MONTH,  2026-12-31T23:00:00Z,     2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
    "DAY,    2026-03-01T00:00:00Z,     2026-03-01T00:00:00Z, 2026-03-02T00:00:00Z"
  })
  void windowsAreFixedInUtc(Span span, Instant at, Instant start, Instant end) {
    assertThat(span.start(at)).isEqualTo(start);
    assertThat(span.end(at)).isEqualTo(end);
    assertThat(span.same(start, end.minusNanos(1))).isTrue();
    assertThat(span.same(at, end)).isFalse();
  }

  @Test
  void onlyAmountsOfStillOpenWindowsStay() {
    Amounts amounts = new Amounts(1, 2, 3, 4);
    Instant at = Instant.parse("2026-03-31T23:58:10Z");
    assertThat(amounts.still(at, at.plusSeconds(40))).isEqualTo(amounts);
    assertThat(amounts.still(at, at.plusSeconds(60))).isEqualTo(new Amounts(0, 0, 3, 4));
    assertThat(amounts.still(at, at.plusSeconds(120))).isEqualTo(Amounts.ZERO);
    Instant noon = Instant.parse("2026-03-10T12:00:00Z");
    assertThat(amounts.still(noon, noon.plusSeconds(86_400))).isEqualTo(new Amounts(0, 0, 0, 4));
  }
}
