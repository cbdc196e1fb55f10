package dev.weir.orchestrator.run.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.run.store.RunRow.End;
import dev.weir.orchestrator.run.store.RunRow.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the run store promises, on every database. */
abstract class RunStoreSuite {

  static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);
  static final Caller ALICE = new Caller("default", "alice");
  static final Usage USAGE = new Usage(10, 4, 20, 5);

  private Instant time = NOW;
  private Database database;
  private RunStore store;

  abstract DatabaseSettings fresh();

  @BeforeEach
  void open() {
    database = Database.open(fresh());
    store = new JdbcRunStore(database, () -> time);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void keepsAllOfAnAcceptedRun() {
    NewRun run = run("r1", 7);
    assertThat(await(store.accept(run))).isTrue();
    assertThat(await(store.find(ALICE, "r1")))
        .contains(
            new RunRow(
                run,
                RunStatus.QUEUED,
                0,
                NOW,
                ByteString.emptyByteString(),
                ByteString.emptyByteString(),
                Usage.ZERO,
                null));
  }

  @Test
  void acceptsTheSameRunAgainButNoOtherOfItsName() {
    assertThat(await(store.accept(run("r1", 7)))).isTrue();
    assertThat(await(store.accept(run("r1", 7)))).isTrue();
    assertThat(await(store.accept(run("r1", 8)))).isFalse();
  }

  @Test
  void anotherUsersRunIsNotFound() {
    await(store.accept(run("r1", 7)));
    for (Caller other : List.of(new Caller("default", "bob"), new Caller("acme", "alice"))) {
      assertThat(await(store.find(other, "r1"))).isEmpty();
      assertThat(await(store.delete(other, "r1"))).isFalse();
    }
    assertThat(await(store.find(ALICE, "r1"))).isPresent();
  }

  @Test
  void keepsTheLastMilestone() {
    await(store.accept(run("r1", 7)));
    assertThat(await(store.milestone("r1", 0, RunStatus.IN_PROGRESS, bytes("one")))).isTrue();
    assertThat(await(store.milestone("r1", 0, RunStatus.PARKED, bytes("two")))).isTrue();
    RunRow row = await(store.find(ALICE, "r1")).orElseThrow();
    assertThat(row.progress()).isEqualTo(bytes("two"));
    assertThat(row.status()).isEqualTo(RunStatus.PARKED);
  }

  @Test
  void keepsHowARunEnded() {
    await(store.accept(run("r1", 7)));
    time = NOW.plusSeconds(5);
    End end =
        new End(RunStatus.FAILED, bytes("half"), USAGE, new Problem("host_lost", "It is gone."));
    assertThat(await(store.finish("r1", 0, end))).isTrue();
    assertThat(await(store.find(ALICE, "r1")))
        .contains(
            new RunRow(
                run("r1", 7),
                RunStatus.FAILED,
                0,
                time,
                ByteString.emptyByteString(),
                bytes("half"),
                USAGE,
                end.error()));
  }

  @Test
  void finishesOnceAndOneWay() {
    await(store.accept(run("r1", 7)));
    assertThat(await(store.finish("r1", 0, completed("a")))).isTrue();
    assertThat(await(store.finish("r1", 0, completed("b")))).isTrue();
    End cancelled = new End(RunStatus.CANCELLED, bytes("c"), USAGE, null);
    assertThat(await(store.finish("r1", 0, cancelled))).isFalse();
    assertThat(await(store.milestone("r1", 0, RunStatus.IN_PROGRESS, bytes("d")))).isFalse();
    assertThat(await(store.find(ALICE, "r1")).orElseThrow().result()).isEqualTo(bytes("a"));
  }

  @Test
  void claimFencesTheFormerHost() {
    await(store.accept(run("r1", 7)));
    await(store.milestone("r1", 0, RunStatus.IN_PROGRESS, bytes("known")));
    RunRow claimed = await(store.claim("r1", 0, 8)).orElseThrow();
    assertThat(claimed.run().host()).isEqualTo(8);
    assertThat(claimed.epoch()).isEqualTo(1);
    assertThat(claimed.progress()).isEqualTo(bytes("known"));
    assertThat(await(store.milestone("r1", 0, RunStatus.IN_PROGRESS, bytes("late")))).isFalse();
    assertThat(await(store.finish("r1", 0, completed("late")))).isFalse();
    assertThat(await(store.finish("r1", 1, completed("right")))).isTrue();
    assertThat(await(store.finish("r1", 0, completed("late")))).isFalse();
    assertThat(await(store.find(ALICE, "r1")).orElseThrow().result()).isEqualTo(bytes("right"));
  }

  @Test
  void claimOfAnEndedOrUnknownRunGetsNothing() {
    await(store.accept(run("r1", 7)));
    await(store.finish("r1", 0, completed("a")));
    assertThat(await(store.claim("r1", 0, 8))).isEmpty();
    assertThat(await(store.claim("r2", 0, 8))).isEmpty();
  }

  @Test
  void exactlyOneOfManyClaimsWinsEachEpoch() throws Exception {
    await(store.accept(run("r1", 7)));
    try (Database second = Database.open(database.settings())) {
      List<RunStore> stores = List.of(store, new JdbcRunStore(second, () -> time));
      for (int epoch = 0; epoch < 20; epoch++) {
        assertThat(race(stores, epoch)).hasSize(1);
      }
    }
    assertThat(await(store.find(ALICE, "r1")).orElseThrow().epoch()).isEqualTo(20);
  }

  private static List<RunRow> race(List<RunStore> stores, int epoch) {
    CyclicBarrier start = new CyclicBarrier(8);
    List<CompletableFuture<Optional<RunRow>>> claims =
        IntStream.range(0, 8)
            .mapToObj(
                number ->
                    CompletableFuture.supplyAsync(
                            () -> pass(start), task -> new Thread(task).start())
                        .thenCompose(go -> stores.get(number % 2).claim("r1", epoch, number)))
            .toList();
    return claims.stream().flatMap(claim -> await(claim).stream()).toList();
  }

  private static int pass(CyclicBarrier barrier) {
    try {
      return barrier.await(20, TimeUnit.SECONDS);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void listsWhatAHostHasNotEnded() {
    await(store.accept(run("ended", 7)));
    await(store.finish("ended", 0, completed("x")));
    await(store.accept(run("other", 8)));
    await(store.accept(run("parked", 7)));
    await(store.milestone("parked", 0, RunStatus.PARKED, bytes("p")));
    await(store.accept(run("queued", 7)));
    await(store.accept(run("running", 7)));
    await(store.milestone("running", 0, RunStatus.IN_PROGRESS, bytes("p")));
    assertThat(await(store.unfinishedOf(7, 10)))
        .containsExactly(
            new RunRow.Open("queued", ALICE, RunStatus.QUEUED, 7, 0),
            new RunRow.Open("running", ALICE, RunStatus.IN_PROGRESS, 7, 0));
    assertThat(await(store.unfinishedOf(7, 1)))
        .extracting(RunRow.Open::id)
        .containsExactly("queued");
  }

  @Test
  void listsTheHostsThatHaveNotEndedAll() {
    await(store.accept(run("ended", 6)));
    await(store.finish("ended", 0, completed("x")));
    await(store.accept(run("one", 7)));
    await(store.accept(run("two", 7)));
    await(store.accept(run("other", -8)));
    await(store.accept(run("parked", 9)));
    await(store.milestone("parked", 0, RunStatus.PARKED, bytes("p")));
    assertThat(await(store.hosts())).containsExactlyInAnyOrder(7L, -8L);
  }

  @Test
  void deletedRunIsGoneAndItsWriterFenced() {
    await(store.accept(run("r1", 7)));
    assertThat(await(store.delete(ALICE, "r1"))).isTrue();
    assertThat(await(store.delete(ALICE, "r1"))).isFalse();
    assertThat(await(store.find(ALICE, "r1"))).isEmpty();
    assertThat(await(store.finish("r1", 0, completed("late")))).isFalse();
  }

  @Test
  void purgesOnlyWhatEndedLongAgo() {
    await(store.accept(run("old", 7)));
    await(store.accept(run("open", 7)));
    await(store.finish("old", 0, completed("x")));
    time = NOW.plus(Duration.ofDays(2));
    await(store.accept(run("new", 7)));
    await(store.finish("new", 0, completed("x")));
    assertThat(await(store.purge(NOW.plus(Duration.ofDays(1))))).isEqualTo(1);
    assertThat(await(store.find(ALICE, "old"))).isEmpty();
    assertThat(await(store.find(ALICE, "open"))).isPresent();
    assertThat(await(store.find(ALICE, "new"))).isPresent();
  }

  @Test
  void keepsLargeResults() {
    byte[] large = new byte[16 << 20];
    new Random(1).nextBytes(large);
    await(store.accept(run("r1", 7)));
    End end = new End(RunStatus.COMPLETED, ByteString.fromArray(large), USAGE, null);
    assertThat(await(store.finish("r1", 0, end))).isTrue();
    assertThat(await(store.find(ALICE, "r1")).orElseThrow().result().toArray()).isEqualTo(large);
  }

  static NewRun run(String id, long host) {
    return new NewRun(ALICE, id, "conv", "parent", "fast", true, host, NOW, bytes("request"));
  }

  static End completed(String result) {
    return new End(RunStatus.COMPLETED, bytes(result), USAGE, null);
  }

  static ByteString bytes(String text) {
    return ByteString.fromString(text);
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
  }
}
