package dev.weir.cluster.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UlidTest {

  @Test
  void sortsByTime() {
    String earlier = at(1_000_000).next();
    String later = at(1_000_001).next();
    assertThat(earlier).hasSize(26).matches("[0-9a-z]+").isLessThan(later);
  }

  @Test
  void differsWithinAMillisecond() {
    Ulid ulid = at(5);
    assertThat(ulid.next()).isNotEqualTo(ulid.next());
  }

  private static Ulid at(long millis) {
    return new Ulid(InstantSource.fixed(Instant.ofEpochMilli(millis)), new Random(7));
  }
}
