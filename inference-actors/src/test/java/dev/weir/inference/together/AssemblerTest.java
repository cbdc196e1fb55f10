package dev.weir.inference.together;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.JointProvider.Answered;
import dev.weir.inference.provider.JointProvider.Ended;
import dev.weir.inference.provider.JointProvider.Entry;
import dev.weir.inference.provider.JointProvider.News;
import dev.weir.inference.provider.JointProvider.Refused;
import dev.weir.inference.provider.JointProvider.Submitted;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.apache.pekko.stream.testkit.javadsl.TestSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AssemblerTest {

  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A batch that reached the upstream. */
  private record Batch(List<Entry> calls, TestPublisher.Probe<News> upstream) {

    List<String> said() {
      return calls.stream().map(call -> call.call().items().getFirst().words()).toList();
    }

    Batch submitted() {
      upstream.sendNext(new Submitted("b"));
      return this;
    }

    Batch answers(int call) {
      upstream.sendNext(new Answered(calls.get(call).id(), answer(said().get(call))));
      return this;
    }

    void over(WeirError rest) {
      upstream.sendNext(new Ended(rest)).sendComplete();
    }
  }

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final AtomicLong now = new AtomicLong();
  private final BlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
  private final ActorRef<Assembler.Command> assembler =
      kit.spawn(
          Assembler.create(
              Catalog.from(
                      ConfigFactory.parseString(
                              """
                              weir.deployments.one {
                                provider = played, queue.max-requests = 2
                                together { calls = asked, max-size = 3, max-wait = 60s, under-way = 2 }
                              }\
                              """)
                          .withFallback(ConfigFactory.load())
                          .getConfig("weir"))
                  .deployment("one")
                  .orElseThrow(),
              calls ->
                  TestSource.<News>create(kit.system().classicSystem())
                      .mapMaterializedValue(
                          probe -> {
                            batches.add(new Batch(calls, probe));
                            return NotUsed.getInstance();
                          }),
              now::get));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private static List<Delta> answer(String said) {
    return List.of(new Delta.Text("Re: " + said), new Delta.Finished(FinishReason.STOP));
  }

  /** One who asks, and the stream of its answer. */
  private final class Caller {
    private final TestProbe<Object> told = kit.createTestProbe();
    private final TestSubscriber.Probe<Delta> reader;
    private final Member member;

    Caller(String says) {
      member =
          new Member(
              ModelCall.of("", List.of(Item.message("m", Role.USER, says)), 10),
              20,
              new Asker("u", 1, Workload.BACKGROUND),
              new Member.Asking() {
                @Override
                public void refused(WeirError error) {
                  told.ref().tell(error.code());
                }

                @Override
                public void submitted() {
                  told.ref().tell("submitted");
                }
              });
      reader =
          Assembler.join(assembler, member)
              .runWith(TestSink.create(kit.system().classicSystem()), kit.system());
      reader.request(10);
    }

    Caller hears(String what) {
      told.expectMessage(what);
      return this;
    }

    void isAnswered(String says) {
      answer(says).forEach(reader::expectNext);
      reader.expectComplete();
    }

    void fails(String code) {
      assertThat(WeirError.of(reader.expectError()).code()).isEqualTo(code);
    }
  }

  private Batch batch() throws InterruptedException {
    Batch batch = batches.poll(20, TimeUnit.SECONDS);
    assertThat(batch).isNotNull();
    return batch;
  }

  /** The next one, as time goes by. */
  private Batch batchInTime() throws InterruptedException {
    for (int second = 0; second < 10_000; second++) {
      Batch batch = batches.poll(2, TimeUnit.MILLISECONDS);
      if (batch != null) {
        return batch;
      }
      now.addAndGet(SECOND.toNanos());
      time.timePasses(SECOND);
    }
    throw new AssertionError("no batch");
  }

  private void leaves(Caller caller) {
    caller.reader.cancel();
    caller.told.awaitAssert(() -> assertThat(caller.member.isOver()).isTrue());
  }

  @Test
  void aFullBatchGoesAtOnceAndEachHasItsAnswer() throws Exception {
    Caller a = new Caller("a");
    Caller b = new Caller("b");
    Caller c = new Caller("c");
    Batch batch = batch();
    assertThat(batch.said()).containsExactlyInAnyOrder("a", "b", "c");
    batch.submitted();
    a.hears("submitted");
    b.hears("submitted");
    for (int call = 2; call >= 0; call--) {
      batch.answers(call);
    }
    a.isAnswered("a");
    b.isAnswered("b");
    c.isAnswered("c");
  }

  @Test
  void theFirstWaitsForOthersAndNoLongerThanItMust() throws Exception {
    Caller a = new Caller("a");
    Batch batch = batchInTime();
    assertThat(now.get()).isGreaterThanOrEqualTo(WAIT.toNanos());
    batch.submitted().answers(0);
    a.isAnswered("a");
  }

  @Test
  void whoLeavesBeforeIsNotSent() throws Exception {
    Caller a = new Caller("a");
    leaves(a);
    new Caller("b");
    new Caller("c");
    new Caller("d");
    assertThat(batch().said()).containsExactlyInAnyOrder("b", "c", "d");
  }

  @Test
  void whoLeavesAfterwardsTakesNothingFromTheOthers() throws Exception {
    Caller a = new Caller("a");
    Caller b = new Caller("b");
    Caller c = new Caller("c");
    Batch batch = batch().submitted();
    b.hears("submitted");
    leaves(a);
    for (int call = 0; call < 3; call++) {
      batch.answers(call);
    }
    b.isAnswered("b");
    c.isAnswered("c");
  }

  @Test
  void aBatchThatNobodyWaitsForIsGivenUp() throws Exception {
    List<Caller> callers = List.of(new Caller("a"), new Caller("b"), new Caller("c"));
    Batch batch = batch().submitted();
    batch.upstream().ensureSubscription();
    callers.forEach(this::leaves);
    batch.upstream().expectCancellation();
    new Caller("d");
    new Caller("e");
    new Caller("f");
    assertThat(batch().said()).hasSize(3);
  }

  @Test
  void whatIsRefusedFailsAloneAndWhatIsNotToldOfWithTheRest() throws Exception {
    Caller a = new Caller("a");
    Caller b = new Caller("b");
    Caller c = new Caller("c");
    Batch batch = batch().submitted().answers(0);
    batch
        .upstream()
        .sendNext(new Refused(batch.calls().get(1).id(), UpstreamError.contextLength()));
    batch.over(UpstreamError.batchExpired());
    a.isAnswered("a");
    b.fails("context_length_exceeded");
    c.fails("upstream_batch_expired");
  }

  @Test
  void anUpstreamThatFailsFailsAllOfItsBatch() throws Exception {
    List<Caller> callers = List.of(new Caller("a"), new Caller("b"), new Caller("c"));
    batch().upstream().sendError(UpstreamError.server().asException());
    callers.forEach(caller -> caller.fails("upstream_error"));
  }

  @Test
  void aBatchThatIsFoundFaultWithIsSentAgainInHalves() throws Exception {
    Caller a = new Caller("a");
    Caller b = new Caller("b");
    Caller c = new Caller("c");
    batch().submitted().over(UpstreamError.rejected(400));
    Batch one = batch();
    Batch two = batch();
    assertThat(one.said()).containsExactly("a");
    assertThat(two.said()).containsExactly("b", "c");
    one.over(UpstreamError.rejected(400));
    a.fails("upstream_rejected");
    two.submitted().answers(0).answers(1);
    b.isAnswered("b");
    c.isAnswered("c");
  }

  @Test
  void whatHasSaidSomethingIsNotSentAgain() throws Exception {
    Caller a = new Caller("a");
    Caller b = new Caller("b");
    Caller c = new Caller("c");
    batch().submitted().answers(0).over(UpstreamError.rejected(400));
    a.isAnswered("a");
    b.fails("upstream_rejected");
    c.fails("upstream_rejected");
    assertThat(batches).isEmpty();
  }

  @Test
  void noMoreAreUnderWayThanMayAndWhoFindsNoPlaceIsRefused() throws Exception {
    for (String says : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      new Caller(says);
    }
    new Caller("i").hears("queue_full");
    Batch first = batch();
    batch();
    assertThat(batches).isEmpty();
    first.submitted().answers(0).answers(1).answers(2).over(UpstreamError.malformed());
    Batch third = batchInTime();
    assertThat(third.said()).containsExactly("g", "h");
  }

  @Test
  void closedItTakesNoMoreAndAnswersWhatHasLeft() throws Exception {
    Caller a = new Caller("a");
    new Caller("b");
    new Caller("c");
    Batch batch = batch().submitted();
    Caller d = new Caller("d");
    assembler.tell(Assembler.Close.NOW);
    d.hears("draining");
    new Caller("e").hears("draining");
    batch.answers(0);
    a.isAnswered("a");
  }
}
