package dev.weir.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {

  private final AtomicLong nanos = new AtomicLong();
  private final AnswerCache cache = new AnswerCache(10_000, nanos::get);

  @Test
  void anAnswerIsKeptForItsOwnTime() {
    keep("long", "m", "", Duration.ofMinutes(10), 10);
    keep("short", "m", "", Duration.ofMinutes(1), 10);
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(cache.find("short")).isNotNull();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(cache.find("short")).isNull();
    assertThat(cache.find("long")).isNotNull();
    assertThat(cache.census().get("m").entries()).isEqualTo(1);
  }

  @Test
  void aNewAnswerUnderAKeyLivesForItsWholeTime() {
    keep("k", "m", "", Duration.ofMinutes(1), 10);
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    keep("k", "m", "", Duration.ofMinutes(1), 10);
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(cache.find("k")).isNotNull();
  }

  @Test
  void itNeverHoldsMoreThanItsSize() {
    for (int entry = 0; entry < 100; entry++) {
      keep("k" + entry, "m", "", Duration.ofMinutes(1), 1000);
      assertThat(cache.census().get("m").bytes()).isBetween(1L, 10_000L);
    }
    assertThat(cache.census().get("m").entries()).isBetween(4L, 6L);
  }

  @Test
  void anAnswerLargerThanAllOfItIsNotKept() {
    keep("k", "m", "", Duration.ofMinutes(1), 20_000);
    assertThat(cache.census()).isEmpty();
  }

  @Test
  void whatIsSelectedIsForgotten() {
    keep("a", "fast", "news", Duration.ofMinutes(1), 10);
    keep("b", "fast", "", Duration.ofMinutes(1), 10);
    keep("c", "slow", "news", Duration.ofMinutes(1), 10);
    assertThat(cache.remove(new Selection("", "slow", ""))).isEqualTo(1);
    assertThat(cache.remove(new Selection("b", "", ""))).isEqualTo(1);
    assertThat(cache.remove(new Selection("", "fast", "olds"))).isZero();
    assertThat(cache.find("a")).isNotNull();
    assertThat(cache.remove(new Selection("", "", "news"))).isEqualTo(1);
    assertThat(cache.find("a")).isNull();
  }

  @Test
  void aDeploymentsAnswersAreSelectedByItsNameToo() {
    keep("a", "fast", "", Duration.ofMinutes(1), 10);
    assertThat(cache.remove(new Selection("", "local", ""))).isEqualTo(1);
  }

  @Test
  void hitsAreCountedByModel() {
    keep("a", "fast", "", Duration.ofMinutes(1), 10);
    keep("b", "fast", "", Duration.ofMinutes(1), 10);
    cache.find("a");
    cache.find("a");
    cache.find("b");
    cache.find("c");
    assertThat(cache.census().keySet()).isEqualTo(Map.of("fast", 0).keySet());
    assertThat(cache.census().get("fast").hits()).isEqualTo(3);
    assertThat(cache.census().get("fast").entries()).isEqualTo(2);
  }

  private void keep(String key, String model, String tag, Duration ttl, int length) {
    Replay answer = new Replay(key);
    answer.append(new Delta.Text("x".repeat(length)));
    answer.append(new Delta.Finished(FinishReason.STOP));
    answer.end();
    cache.keep(new CacheOrder(key, model, "local", tag, false, ttl.toMillis()), answer);
  }
}
