package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Price;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowanceTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  @Test
  void aDeadlineCountsFromTheBeginningAndIsNeverLessThanNothing() {
    Allowance allowance = Allowance.of(Map.of("weir.deadline_ms", "1500"), NOW);
    assertThat(allowance.left(NOW.plusMillis(400))).isEqualTo(Duration.ofMillis(1_100));
    assertThat(allowance.left(NOW.plusSeconds(9))).isEqualTo(Duration.ZERO);
    assertThat(Allowance.of(Map.of(), NOW).left(NOW)).isNull();
  }

  @Test
  void moneyIsInUsd() {
    Caps caps = Allowance.of(Map.of("weir.max_cost_usd", "0.000000025"), NOW).caps();
    assertThat(caps.take("a", 1, 0, 99, new Price(1_000_000, 5_000_000, 0))).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "weir.deadline_ms,0",
    "weir.deadline_ms,soon",
    "weir.max_tokens_total,-1",
    "weir.max_tokens_total,1.5",
    "weir.max_cost_usd,1e9",
    "weir.max_cost_usd,$1"
  })
  void whatIsMalformedIsRefusedByName(String key, String value) {
    assertThatThrownBy(() -> Allowance.of(Map.of(key, value), NOW))
        .isInstanceOfSatisfying(
            WeirException.class,
            refused ->
                assertThat(((WeirError.InvalidRequest) refused.error()).param())
                    .isEqualTo("metadata." + key));
  }
}
