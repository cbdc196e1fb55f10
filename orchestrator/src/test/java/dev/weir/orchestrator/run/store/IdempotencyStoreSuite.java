package dev.weir.orchestrator.run.store;

import static dev.weir.orchestrator.run.store.RunStoreSuite.ALICE;
import static dev.weir.orchestrator.run.store.RunStoreSuite.NOW;
import static dev.weir.orchestrator.run.store.RunStoreSuite.await;
import static dev.weir.orchestrator.run.store.RunStoreSuite.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.orchestrator.run.store.IdempotencyStore.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store of idempotency keys promises, on every database. */
abstract class IdempotencyStoreSuite {

  private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(1));

  private Database database;
  private IdempotencyStore store;
  private RunStore runs;

  abstract DatabaseSettings fresh();

  @BeforeEach
  void open() {
    database = Database.open(fresh());
    store = new JdbcIdempotencyStore(database);
    runs = new JdbcRunStore(database, () -> NOW);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theFirstClaimStandsAndItsRunWithIt() {
    assertThat(await(store.claim(claim("k", "r1"), LONG_AGO, run("r1", 7))))
        .isEqualTo(claim("k", "r1"));
    assertThat(await(store.claim(claim("k", "r2"), LONG_AGO, run("r2", 7))))
        .isEqualTo(claim("k", "r1"));
    assertThat(await(store.claim(claim("other", "r3"), LONG_AGO, null)))
        .isEqualTo(claim("other", "r3"));
    assertThat(await(runs.find(ALICE, "r1"))).isPresent();
    assertThat(await(runs.find(ALICE, "r2"))).isEmpty();
    assertThat(await(runs.find(ALICE, "r3"))).isEmpty();
  }

  @Test
  void exactlyOneOfManyClaimsAtOnceIsMade() {
    try (Database other = Database.open(database.settings())) {
      IdempotencyStore there = new JdbcIdempotencyStore(other);
      for (int round = 0; round < 10; round++) {
        String key = "k" + round;
        List<String> standing =
            IntStream.range(0, 20)
                .mapToObj(
                    at ->
                        (at % 2 == 0 ? store : there)
                            .claim(claim(key, key + "-" + at), LONG_AGO, run(key + "-" + at, 7)))
                .toList()
                .stream()
                .map(it -> await(it).response())
                .distinct()
                .toList();
        assertThat(standing).hasSize(1);
      }
      assertThat(await(runs.unfinishedOf(7, 1_000))).hasSize(10);
    }
  }

  @Test
  void anOldClaimGivesWay() {
    await(store.claim(claim("k", "r1"), LONG_AGO, null));
    assertThat(await(store.claim(claim("k", "r2"), NOW, null))).isEqualTo(claim("k", "r1"));
    assertThat(await(store.claim(claim("k", "r2"), NOW.plusMillis(1), null)))
        .isEqualTo(claim("k", "r2"));
  }

  @Test
  void aReleasedKeyIsFreeAndItsRunGone() {
    await(store.claim(claim("k", "r1"), LONG_AGO, run("r1", 7)));
    assertThat(await(store.release(claim("k", "r2")))).isFalse();
    assertThat(await(runs.find(ALICE, "r1"))).isPresent();

    assertThat(await(store.release(claim("k", "r1")))).isTrue();
    assertThat(await(store.release(claim("k", "r1")))).isFalse();
    assertThat(await(runs.find(ALICE, "r1"))).isEmpty();
    assertThat(await(store.claim(claim("k", "r2"), LONG_AGO, null))).isEqualTo(claim("k", "r2"));
  }

  @Test
  void aRunThatCannotBeStoredLeavesTheKeyFree() {
    await(runs.accept(run("r1", 7)));
    assertThatThrownBy(() -> await(store.claim(claim("k", "r1"), LONG_AGO, run("r1", 8))))
        .hasMessageContaining("weir_run");
    assertThat(await(store.claim(claim("k", "r2"), LONG_AGO, null))).isEqualTo(claim("k", "r2"));
  }

  @Test
  void purgesOldClaimsOnly() {
    await(store.claim(claim("k", "r1"), LONG_AGO, null));
    assertThat(await(store.purge(NOW))).isZero();
    assertThat(await(store.purge(NOW.plusMillis(1)))).isEqualTo(1);
    assertThat(await(store.claim(claim("k", "r2"), LONG_AGO, null))).isEqualTo(claim("k", "r2"));
  }

  private static Claim claim(String id, String response) {
    return new Claim(id, "body of " + id, response, NOW);
  }
}
