package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlightsTest {

  private static final Delta HELLO = new Delta.Text("Hello");
  private static final Delta STOP = new Delta.Finished(FinishReason.STOP);
  private static final Duration TTL = Duration.ofMinutes(10);

  private final Bench bench = new Bench();
  private final ActorRef<InferenceNode.Command> node =
      bench.kit.spawn(
          InferenceNode.create(() -> bench.catalog, bench.dependencies(), bench.limits()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void equalCallsTakeOneSlotAndHaveOneAnswer() throws Exception {
    List<Bench.Asked> all = new ArrayList<>();
    for (int call = 0; call < 20; call++) {
      all.add(ask("k", "user-" + call));
    }
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    answer(exchange);
    for (int call = 0; call < 20; call++) {
      expect(all.get(call), HELLO, STOP);
    }
    assertThat(bench.hasExchanges()).isFalse();
    assertThat(origins(20)).containsOnlyOnce(Origin.MODEL).contains(Origin.FLIGHT);
  }

  @Test
  void theFirstIsToldThatItCostsAndTheOthersThatTheyDoNot() {
    ask("k", "leader");
    InferenceNode.Accepted leader = accepted();
    assertThat(leader.queued()).isFalse();
    assertThat(leader.origin()).isEqualTo(Origin.MODEL);
    ask("k", "follower");
    InferenceNode.Accepted follower = accepted();
    assertThat(follower.queued()).isTrue();
    assertThat(follower.origin()).isEqualTo(Origin.FLIGHT);
  }

  @Test
  void aKeptAnswerIsReplayedAsItCameWithoutASlot() throws Exception {
    fill("k");
    ask(order("busy", false), "u");
    bench.exchange();
    Bench.Asked hit = ask("k", "again");
    expectFirst(hit, Origin.CACHE);
    hit.reader().expectNoMessage(scala.concurrent.duration.FiniteDuration.Zero());
    hit.reader().request(3);
    hit.reader().expectNext(HELLO);
    hit.reader().expectNext(STOP);
    hit.reader().expectComplete();
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void anAnswerIsKeptForItsTime() throws Exception {
    fill("k");
    bench.nanos.addAndGet(TTL.toNanos());
    ask("k", "later");
    bench.exchange();
  }

  @Test
  void whatIsCutOffIsNotKept() throws Exception {
    Bench.Asked asked = ask("k", "u");
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    exchange.sendNext(new Delta.Finished(FinishReason.LENGTH));
    exchange.sendComplete();
    expect(asked, new Delta.Finished(FinishReason.LENGTH));
    awaitNoFlight();
    ask("k", "again");
    bench.exchange();
  }

  @Test
  void refreshReplacesWhatIsKept() throws Exception {
    fill("k");
    Bench.Asked fresh = ask(order("k", true), "u");
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    exchange.sendNext(new Delta.Text("New"));
    exchange.sendNext(STOP);
    exchange.sendComplete();
    expect(fresh, new Delta.Text("New"), STOP);
    expect(ask("k", "u"), new Delta.Text("New"), STOP);
  }

  @Test
  void theFirstOnesCancelLeavesTheOthersTheirAnswer() throws Exception {
    ask("k", "leader");
    Bench.Asked follower = ask("k", "follower");
    InferenceNode.Accepted leading = accepted();
    accepted();
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    exchange.sendNext(HELLO);
    expectFirst(follower, Origin.FLIGHT);
    follower.reader().request(1).expectNext(HELLO);
    leading.generation().tell(Generation.Cancel.NOW);
    assertThat(bench.asking.expectMessageClass(InferenceNode.Started.class).id().responseId())
        .isEqualTo("resp_follower");
    exchange.sendNext(STOP);
    exchange.sendComplete();
    follower.reader().request(9);
    follower.reader().expectNext(came(Origin.MODEL));
    follower.reader().expectNext(STOP);
    follower.reader().expectComplete();
  }

  @Test
  void onlyTheLastOnesCancelReachesTheUpstream() throws Exception {
    ask("k", "a");
    ask("k", "b");
    InferenceNode.Accepted first = accepted();
    InferenceNode.Accepted second = accepted();
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    TestProbe<Void> watching = bench.kit.createTestProbe();
    first.generation().tell(Generation.Cancel.NOW);
    watching.expectTerminated(first.generation());
    exchange.sendNext(HELLO);
    second.generation().tell(Generation.Cancel.NOW);
    exchange.expectCancellation();
    watching.expectTerminated(second.generation());
    ask("k", "c");
    bench.exchange();
  }

  @Test
  void whoeverAskedAndDiesIsGoneLikeOneThatCancels() throws Exception {
    ask("k", "a");
    accepted();
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    bench.asking.stop();
    exchange.expectCancellation();
  }

  @Test
  void theDeathOfWhoeverAskedFirstLeavesTheOthersTheirAnswer() throws Exception {
    TestProbe<InferenceNode.Reply> host = bench.kit.createTestProbe(InferenceNode.Reply.class);
    InferenceNode.Generate leading = bench.ask(order("k", false), "leader").request();
    node.tell(
        new InferenceNode.Generate(
            leading.id(),
            leading.deployment(),
            leading.call(),
            leading.tokens(),
            leading.deltas(),
            leading.trace(),
            host.ref(),
            leading.asker(),
            leading.inputTokens(),
            leading.order(),
            leading.left()));
    host.expectMessageClass(InferenceNode.Accepted.class);
    Bench.Asked follower = ask("k", "follower");
    assertThat(accepted().origin()).isEqualTo(Origin.FLIGHT);
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    host.stop();
    assertThat(bench.asking.expectMessageClass(InferenceNode.Started.class).id().responseId())
        .isEqualTo("resp_follower");
    answer(exchange);
    expect(follower, HELLO, STOP);
  }

  @Test
  void afterAFailureTheNextCallIsTheOnlyOneAgain() throws Exception {
    Bench.Asked first = ask("k", "a");
    Bench.Asked second = ask("k", "b");
    bench.exchange().sendError(UpstreamError.server().asException());
    assertThat(failure(first)).isEqualTo("upstream_error");
    assertThat(failure(second)).isEqualTo("upstream_error");
    awaitNoFlight();
    Bench.Asked third = ask("k", "a");
    Bench.Asked fourth = ask("k", "b");
    answer(bench.exchange());
    expect(third, HELLO, STOP);
    expect(fourth, HELLO, STOP);
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void aFullQueueRefusesAllWhoAskTheSame() throws Exception {
    ask("a", "u");
    accepted();
    ask("b", "u");
    accepted();
    ask("c", "u");
    assertThat(bench.asking.expectMessageClass(InferenceNode.Rejected.class).error().code())
        .isEqualTo("queue_full");
    ask("b", "v");
    assertThat(accepted().origin()).isEqualTo(Origin.FLIGHT);
  }

  @Test
  void theOneThatPaysHearsWhenTheirWaitIsOver() throws Exception {
    ask("a", "u");
    accepted();
    TestPublisher.Probe<Delta> busy = bench.exchange();
    ask("b", "leader");
    assertThat(accepted().queued()).isTrue();
    ask("b", "follower");
    assertThat(accepted().queued()).isTrue();
    answer(busy);
    assertThat(bench.asking.expectMessageClass(InferenceNode.Started.class).id().responseId())
        .isEqualTo("resp_leader");
    bench.exchange();
  }

  @Test
  void aSlowReaderHoldsUpNobody() throws Exception {
    Bench.Asked slow = ask("k", "slow");
    Bench.Asked fast = ask("k", "fast");
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    fast.reader().request(1000);
    Delta large = new Delta.Text("x".repeat(8 * 1024));
    for (int delta = 0; delta < 64; delta++) {
      exchange.sendNext(large);
    }
    exchange.sendNext(STOP);
    exchange.sendComplete();
    fast.reader().expectNext(came(Origin.FLIGHT));
    for (int delta = 0; delta < 64; delta++) {
      fast.reader().expectNext(large);
    }
    fast.reader().expectNext(STOP);
    fast.reader().expectComplete();
    slow.reader().request(1000);
    assertThat(slow.reader().expectNextN(66).size()).isEqualTo(66);
    slow.reader().expectComplete();
  }

  @Test
  void whereAllAreSlowTheUpstreamWaits() throws Exception {
    ask("k", "a");
    ask("k", "b");
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    Delta large = new Delta.Text("x".repeat(8 * 1024));
    int sent = 0;
    while (sent < 1000 && wanted(exchange)) {
      exchange.sendNext(large);
      sent++;
    }
    assertThat(sent).isLessThan(64);
  }

  private static boolean wanted(TestPublisher.Probe<Delta> exchange) {
    try {
      exchange.expectRequest();
      return true;
    } catch (AssertionError none) {
      return false;
    }
  }

  @Test
  void whatIsInvalidatedIsMadeAgain() throws Exception {
    fill("k");
    assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(1, 0));
    ask("k", "u");
    bench.exchange();
  }

  @Test
  void anAnswerUnderWayWhenItIsInvalidatedServesItsReadersAndIsNotKept() throws Exception {
    Bench.Asked before = ask("k", "before");
    TestPublisher.Probe<Delta> old = bench.exchange();
    assertThat(invalidate("other")).isEqualTo(new Flights.Forgotten(0, 0));
    assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(0, 1));
    answer(old);
    expect(before, HELLO, STOP);
    ask("k", "after");
    bench.exchange();
    assertThat(bench.answers.census()).isEmpty();
  }

  @Test
  void drainingWaitsForThoseWhoStillRead() throws Exception {
    Delta large = new Delta.Text("x".repeat(8 * 1024));
    Bench.Asked asked = ask("k", "u");
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    asked.reader().request(1000);
    for (int delta = 0; delta < 64; delta++) {
      exchange.sendNext(large);
    }
    exchange.sendNext(STOP);
    exchange.sendComplete();
    awaitKept(1);
    Bench.Asked hit = ask("k", "slow");
    TestProbe<Done> drained = bench.kit.createTestProbe(Done.class);
    node.tell(new InferenceNode.Drain(drained.ref()));
    bench.time.timePasses(Duration.ofSeconds(1));
    drained.expectNoMessage(Duration.ZERO);
    hit.reader().request(1000);
    drained.receiveMessage();
  }

  private CacheOrder order(String key, boolean refresh) {
    return new CacheOrder(key, "m", "one", "", refresh, TTL.toMillis());
  }

  private Bench.Asked ask(String key, String user) {
    return ask(order(key, false), user);
  }

  private Bench.Asked ask(CacheOrder order, String user) {
    Bench.Asked asked = bench.ask(order, user);
    node.tell(asked.request());
    return asked;
  }

  private InferenceNode.Accepted accepted() {
    return bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  private List<Origin> origins(int count) {
    List<Origin> origins = new ArrayList<>();
    for (int answer = 0; answer < count; answer++) {
      origins.add(accepted().origin());
    }
    return origins;
  }

  private static Delta came(Origin origin) {
    return new Delta.Came(origin, "k");
  }

  private static void answer(TestPublisher.Probe<Delta> exchange) {
    exchange.sendNext(HELLO);
    exchange.sendNext(STOP);
    exchange.sendComplete();
  }

  private static void expect(Bench.Asked asked, Delta... deltas) {
    asked.reader().request(9);
    assertThat(asked.reader().expectNext()).isInstanceOf(Delta.Came.class);
    for (Delta delta : deltas) {
      asked.reader().expectNext(delta);
    }
    asked.reader().expectComplete();
  }

  private static void expectFirst(Bench.Asked asked, Origin origin) {
    asked.reader().request(1);
    asked.reader().expectNext(came(origin));
  }

  private static String failure(Bench.Asked asked) {
    asked.reader().request(9);
    return WeirError.of(asked.reader().expectError()).code();
  }

  private void fill(String key) throws InterruptedException {
    Bench.Asked asked = ask(key, "filling");
    accepted();
    answer(bench.exchange());
    expect(asked, HELLO, STOP);
    awaitKept(1);
  }

  private void awaitKept(long entries) {
    bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () ->
            assertThat(
                    bench.answers.census().values().stream()
                        .mapToLong(AnswerCache.Count::entries)
                        .sum())
                .isEqualTo(entries));
  }

  /** A failed flight is joined no more once nothing of it is left to invalidate. */
  private void awaitNoFlight() {
    bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () -> assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(0, 0)));
  }

  private Flights.Forgotten invalidate(String model) {
    TestProbe<Flights.Forgotten> forgotten = bench.kit.createTestProbe(Flights.Forgotten.class);
    flights().tell(new Flights.Invalidate(new Selection("", model, ""), forgotten.ref()));
    return forgotten.receiveMessage();
  }

  private ActorRef<Flights.Command> flights() {
    TestProbe<Receptionist.Listing> listing = bench.kit.createTestProbe(Receptionist.Listing.class);
    return listing.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          bench.kit.system().receptionist().tell(Receptionist.find(Flights.KEY, listing.ref()));
          Set<ActorRef<Flights.Command>> found =
              listing.receiveMessage().getServiceInstances(Flights.KEY);
          assertThat(found).hasSize(1);
          return found.iterator().next();
        });
  }
}
