package dev.weir.gateway.http;

import dev.weir.orchestrator.user.Meter;
import dev.weir.orchestrator.user.Quota;
import dev.weir.orchestrator.user.RateLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * A caller's limits as the {@code x-ratelimit-*} headers that OpenAI's clients know. Of several
 * limits on tokens, the one with the least left is told.
 */
final class RateLimitHeaders {

  /** What pages of other origins may read. */
  static final String NAMES =
      "x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests,"
          + " x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens";

  private static final Set<Meter> REQUESTS = Set.of(Meter.REQUESTS_PER_MINUTE);
  private static final Set<Meter> TOKENS = Set.of(Meter.TOKENS_PER_MINUTE, Meter.TOKENS_PER_DAY);

  private RateLimitHeaders() {}

  /** Nothing for what has no limit. */
  static List<HttpHeader> of(RateLimits limits) {
    List<HttpHeader> headers = new ArrayList<>(6);
    add(headers, limits, REQUESTS, "requests");
    add(headers, limits, TOKENS, "tokens");
    return headers;
  }

  private static void add(
      List<HttpHeader> headers, RateLimits limits, Set<Meter> meters, String name) {
    limits.quotas().stream()
        .filter(quota -> meters.contains(quota.meter()))
        .min(Comparator.comparingLong(Quota::remaining))
        .ifPresent(
            quota -> {
              headers.add(header("limit", name, "" + quota.limit()));
              headers.add(header("remaining", name, "" + Math.max(0, quota.remaining())));
              headers.add(header("reset", name, seconds(quota)));
            });
  }

  private static HttpHeader header(String what, String of, String value) {
    return RawHeader.create("x-ratelimit-" + what + "-" + of, value);
  }

  private static String seconds(Quota quota) {
    return String.format(Locale.ROOT, "%.1fs", quota.reset().toMillis() / 1000.0);
  }
}
