package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.UpstreamError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.Test;
import scala.concurrent.duration.FiniteDuration;

/** Equal calls under way: one upstream, several readers. */
class FlightsTest extends FlightBench {

  private static final FiniteDuration QUIET = FiniteDuration.apply(3, TimeUnit.SECONDS);

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
      exchange.within(QUIET, exchange::expectRequest);
      return true;
    } catch (AssertionError none) {
      return false;
    }
  }

  private List<Origin> origins(int count) {
    List<Origin> origins = new ArrayList<>();
    for (int answer = 0; answer < count; answer++) {
      origins.add(accepted().origin());
    }
    return origins;
  }

  private static String failure(Bench.Asked asked) {
    asked.reader().request(9);
    return WeirError.of(asked.reader().expectError()).code();
  }
}
