package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
import java.time.Duration;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.Test;

/** What is kept of an answer, for how long, and how it is forgotten. */
class KeptAnswersTest extends FlightBench {

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
  void whatIsInvalidatedIsMadeAgain() throws Exception {
    fill("k");
    assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(1, 0, false));
    ask("k", "u");
    bench.exchange();
  }

  @Test
  void anAnswerUnderWayWhenItIsInvalidatedServesItsReadersAndIsNotKept() throws Exception {
    Bench.Asked before = ask("k", "before");
    TestPublisher.Probe<Delta> old = bench.exchange();
    assertThat(invalidate("other")).isEqualTo(new Flights.Forgotten(0, 0, false));
    assertThat(invalidate("m")).isEqualTo(new Flights.Forgotten(0, 1, false));
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
    drained.awaitAssert(
        () -> {
          bench.time.timePasses(Duration.ofSeconds(1));
          return drained.receiveMessage(Duration.ofMillis(100));
        });
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
}
