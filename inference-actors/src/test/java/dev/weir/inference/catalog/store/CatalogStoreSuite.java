package dev.weir.inference.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.inference.catalog.Overlay;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store of catalog versions promises, on every database. */
abstract class CatalogStoreSuite {

  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);

  private Database database;
  private CatalogStore store;

  abstract DatabaseSettings fresh();

  @BeforeEach
  void open() {
    database = Database.open(fresh());
    store = new JdbcCatalogStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void thereIsNothingAtFirst() {
    assertThat(await(store.newest())).isZero();
    assertThat(await(store.current())).isEmpty();
    assertThat(await(store.history(Long.MAX_VALUE, 10))).isEmpty();
  }

  @Test
  void everyVersionIsKeptWhole() {
    assertThat(await(store.append(kept(1, "{\"models\":{\"a\":null}}")))).isTrue();
    CatalogStore.Kept large =
        kept(2, "{\"models\":{\"a\":{\"x\":\"" + "ü".repeat(500_000) + "\"}}}");
    assertThat(await(store.append(large))).isTrue();

    assertThat(await(store.newest())).isEqualTo(2);
    assertThat(await(store.current())).contains(large);
    assertThat(await(store.find(1))).contains(kept(1, "{\"models\":{\"a\":null}}"));
    assertThat(await(store.find(3))).isEmpty();
    assertThat(await(store.history(Long.MAX_VALUE, 10)))
        .extracting(Version::number)
        .containsExactly(2L, 1L);
    assertThat(await(store.history(1, 10))).containsExactly(kept(1, "{}").version());
    assertThat(await(store.history(2, 1))).hasSize(1);
  }

  @Test
  void aNumberIsGivenOnce() {
    List<CompletableFuture<Boolean>> writers =
        IntStream.range(0, 8)
            .mapToObj(
                writer ->
                    store
                        .append(kept(1, "{\"models\":{\"m" + writer + "\":null}}"))
                        .toCompletableFuture())
            .toList();
    assertThat(writers).extracting(CatalogStoreSuite::await).containsOnlyOnce(true);
  }

  @Test
  void whoRepeatsItsOwnWriteHasWrittenIt() {
    assertThat(await(store.append(kept(1, "{}")))).isTrue();
    assertThat(await(store.append(kept(1, "{}")))).isTrue();
    assertThat(await(store.append(kept(1, "{\"models\":{\"a\":null}}")))).isFalse();
  }

  private static CatalogStore.Kept kept(long number, String changes) {
    return new CatalogStore.Kept(
        new Version(number, NOW, "put model a", "for ünï"), Overlay.parse(changes));
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
