package dev.weir.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.orchestrator.user.Meter;
import dev.weir.orchestrator.user.Quota;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.junit.jupiter.api.Test;

class RateLimitHeadersTest {

  @Test
  void requestsAndTokensHaveThreeHeadersEach() {
    assertThat(
            headers(
                new Quota(Meter.REQUESTS_PER_MINUTE, 60, 1, 59, Duration.ofMillis(6_000)),
                new Quota(Meter.TOKENS_PER_MINUTE, 1000, 10, 990, Duration.ofMillis(59_949))))
        .containsExactly(
            "x-ratelimit-limit-requests: 60",
            "x-ratelimit-remaining-requests: 59",
            "x-ratelimit-reset-requests: 6.0s",
            "x-ratelimit-limit-tokens: 1000",
            "x-ratelimit-remaining-tokens: 990",
            "x-ratelimit-reset-tokens: 59.9s");
  }

  @Test
  void ofTwoLimitsOnTokensTheNearerIsTold() {
    assertThat(
            headers(
                new Quota(Meter.TOKENS_PER_MINUTE, 1000, 10, 990, Duration.ofSeconds(30)),
                new Quota(Meter.TOKENS_PER_DAY, 5000, 4500, 500, Duration.ofHours(2))))
        .containsExactly(
            "x-ratelimit-limit-tokens: 5000",
            "x-ratelimit-remaining-tokens: 500",
            "x-ratelimit-reset-tokens: 7200.0s");
  }

  @Test
  void anOverrunLeavesNothingNotLess() {
    assertThat(headers(new Quota(Meter.TOKENS_PER_DAY, 100, 130, -30, Duration.ofSeconds(1))))
        .contains("x-ratelimit-remaining-tokens: 0");
  }

  @Test
  void moneyAndTheUnlimitedHaveNone() {
    assertThat(headers(new Quota(Meter.USD_PER_MONTH, 100, 1, 99, Duration.ofDays(1)))).isEmpty();
    assertThat(headers()).isEmpty();
  }

  private static List<String> headers(Quota... quotas) {
    return RateLimitHeaders.of(new RateLimits(List.of(quotas))).stream()
        .map(HttpHeader::toString)
        .toList();
  }
}
