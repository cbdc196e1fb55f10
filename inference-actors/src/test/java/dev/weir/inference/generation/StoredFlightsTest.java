package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.Origin;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Flights with a store behind the cache, whose answers the test gives. */
class StoredFlightsTest extends FlightBench {

  private static final AnswerStore.Mark MARK = new AnswerStore.Mark("e", 7);
  private static final AnswerStore.Found MISS = new AnswerStore.Found(null, Duration.ZERO, MARK);

  /** What {@code keep} was told. */
  private record Kept(CacheOrder order, AnswerStore.Mark mark, List<Delta> answer) {}

  private static final class Played implements AnswerStore {
    final BlockingQueue<CompletableFuture<Found>> finds = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Boolean>> forgets = new LinkedBlockingQueue<>();
    final BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();

    @Override
    public CompletionStage<Found> find(CacheOrder order) {
      CompletableFuture<Found> asked = new CompletableFuture<>();
      finds.add(asked);
      return asked;
    }

    @Override
    public void keep(CacheOrder order, Mark mark, Replay answer) {
      kept.add(new Kept(order, mark, answer.deltas()));
    }

    @Override
    public CompletionStage<Boolean> forget(Selection selection) {
      CompletableFuture<Boolean> asked = new CompletableFuture<>();
      forgets.add(asked);
      return asked;
    }

    @Override
    public void close() {}
  }

  private final Played store;

  StoredFlightsTest() {
    super(new Bench(new Played()));
    store = (Played) bench.answers.store();
  }

  @Test
  void whatTheStoreHasAnswersAllWhoWaitedForItWithoutACall() throws Exception {
    Bench.Asked first = ask("k", "a");
    Bench.Asked second = ask("k", "b");
    find().complete(stored("k"));
    expect(first, Origin.CACHE, HELLO, STOP);
    expect(second, Origin.CACHE, HELLO, STOP);
    assertThat(store.finds).isEmpty();
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void whatTheStoreHadIsKeptHereForTheRestOfItsTime() throws Exception {
    Bench.Asked first = ask("k", "a");
    find().complete(stored("k"));
    expect(first, Origin.CACHE, HELLO, STOP);
    expect(ask("k", "b"), Origin.CACHE, HELLO, STOP);
    assertThat(store.finds).isEmpty();
    bench.nanos.addAndGet(TTL.toNanos() / 2);
    ask("k", "c");
    assertThat(find()).isNotDone();
  }

  @Test
  void aMissIsOneCallForAllWhoWaitedAndIsPutThere() throws Exception {
    Bench.Asked first = ask("k", "a");
    Bench.Asked second = ask("k", "b");
    find().complete(MISS);
    answer(bench.exchange());
    expect(first, Origin.MODEL, HELLO, STOP);
    expect(second, Origin.FLIGHT, HELLO, STOP);
    assertThat(store.kept.poll(30, TimeUnit.SECONDS))
        .isEqualTo(new Kept(order("k", false), MARK, List.of(HELLO, STOP)));
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void aStoreThatIsAwayCostsNothingButTheAnswer() throws Exception {
    Bench.Asked asked = ask("k", "a");
    find().complete(AnswerStore.Found.NOTHING);
    answer(bench.exchange());
    expect(asked, Origin.MODEL, HELLO, STOP);
    expect(ask("k", "b"), Origin.CACHE, HELLO, STOP);
    assertThat(store.kept).isEmpty();
  }

  @Test
  void aDefectOfTheStoreIsAMiss() throws Exception {
    Bench.Asked asked = ask("k", "a");
    find().completeExceptionally(new IllegalStateException("defect"));
    answer(bench.exchange());
    expect(asked, Origin.MODEL, HELLO, STOP);
  }

  @Test
  void refreshDoesNotTakeWhatTheStoreHas() throws Exception {
    Bench.Asked asked = ask(order("k", true), "a");
    find().complete(stored("k"));
    answer(bench.exchange());
    expect(asked, Origin.MODEL, HELLO, STOP);
    assertThat(store.kept.poll(30, TimeUnit.SECONDS).mark()).isEqualTo(MARK);
  }

  @Test
  void whatIsLookedForWhenItIsInvalidatedIsKeptByNobody() throws Exception {
    Bench.Asked asked = ask("k", "a");
    CompletableFuture<AnswerStore.Found> finding = find();
    TestProbe<Flights.Forgotten> forgotten = forgetting("m");
    forget().complete(true);
    assertThat(forgotten.receiveMessage()).isEqualTo(new Flights.Forgotten(0, 1, false));
    finding.complete(stored("k"));
    expect(asked, Origin.CACHE, HELLO, STOP);
    ask("k", "b");
    assertThat(find()).isNotDone();
  }

  @Test
  void whatCameFromTheStoreWhileItForgotIsForgottenToo() throws Exception {
    TestProbe<Flights.Forgotten> forgotten = forgetting("m");
    CompletableFuture<Boolean> forgetting = forget();
    Bench.Asked asked = ask("k", "a");
    find().complete(stored("k"));
    expect(asked, Origin.CACHE, HELLO, STOP);
    forgetting.complete(true);
    assertThat(forgotten.receiveMessage()).isEqualTo(new Flights.Forgotten(1, 0, false));
    ask("k", "b");
    assertThat(find()).isNotDone();
  }

  @Test
  void aStoreThatCouldNotForgetIsTold() throws Exception {
    TestProbe<Flights.Forgotten> forgotten = forgetting("m");
    forget().complete(false);
    assertThat(forgotten.receiveMessage()).isEqualTo(new Flights.Forgotten(0, 0, true));
  }

  @Test
  void drainingWaitsForWhatIsLookedFor() throws Exception {
    Bench.Asked asked = ask("k", "a");
    CompletableFuture<AnswerStore.Found> finding = find();
    TestProbe<Done> drained = bench.kit.createTestProbe(Done.class);
    node.tell(new InferenceNode.Drain(drained.ref()));
    bench.time.timePasses(Duration.ofSeconds(1));
    drained.expectNoMessage(Duration.ZERO);
    finding.complete(stored("k"));
    expect(asked, Origin.CACHE, HELLO, STOP);
    drained.receiveMessage();
  }

  private CompletableFuture<AnswerStore.Found> find() throws InterruptedException {
    return polled(store.finds);
  }

  private CompletableFuture<Boolean> forget() throws InterruptedException {
    return polled(store.forgets);
  }

  private static <T> T polled(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("The store was not asked.");
    }
    return next;
  }

  private static AnswerStore.Found stored(String key) {
    return new AnswerStore.Found(Replay.of(key, List.of(HELLO, STOP)), TTL.dividedBy(2), MARK);
  }

  private static void expect(Bench.Asked asked, Origin origin, Delta... deltas) {
    asked.reader().request(9);
    asked.reader().expectNext(came(origin));
    for (Delta delta : deltas) {
      asked.reader().expectNext(delta);
    }
    asked.reader().expectComplete();
  }
}
