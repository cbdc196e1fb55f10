package dev.weir.inference.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.breaker.BreakerSettings;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatcherTest {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              "weir.deployments.one { provider = played, slots = 1, queue.max-requests = 3,"
                  + " batch { max-size = 4, max-wait = 10ms } }\n"
                  + "weir.deployments.two { provider = played, slots = 2,"
                  + " batch { max-size = 4, max-wait = 10ms } }")
          .withFallback(ConfigFactory.load());

  /** A call that reached the upstream. */
  private static final class Exchange {
    private final EmbedCall call;
    private final CompletableFuture<Vectors> answer = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    Exchange(EmbedCall call) {
      this.call = call;
    }

    /** Each vector holds its input's length and its place. */
    void answers(long tokens) {
      answer.complete(
          new Vectors(
              IntStream.range(0, call.inputs().size())
                  .mapToObj(at -> Vectors.bytes(new float[] {call.inputs().get(at).length(), at}))
                  .toList(),
              tokens));
    }

    void fails(WeirError error) {
      answer.completeExceptionally(error.asException());
    }
  }

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicLong now = new AtomicLong();
  private final BlockingQueue<Batcher.Outcome> outcomes = new LinkedBlockingQueue<>();
  private final Breaker breaker =
      new Breaker(
          "one",
          new BreakerSettings(0.5, 1000, Duration.ofSeconds(10), Duration.ofSeconds(5)),
          now::get);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<Batcher.Command> batcher(String deployment) {
    exchanges.clear();
    ended.set(0);
    return kit.spawn(
        Batcher.create(
            Catalog.from(CONFIG.getConfig("weir")).deployment(deployment).orElseThrow(),
            call -> {
              Exchange exchange = new Exchange(call);
              exchanges.add(exchange);
              return Source.completionStage(exchange.answer)
                  .watchTermination(
                      (used, done) -> {
                        done.whenComplete((end, failure) -> exchange.ended.complete(true));
                        return used;
                      });
            },
            conduit.parcels(),
            now::get,
            outcome -> {
              outcomes.add(outcome);
              ended.incrementAndGet();
            }));
  }

  private final class Caller {
    private final TestProbe<EmbedReply> probe = kit.createTestProbe(EmbedReply.class);
    private final EmbedId id;

    Caller(ActorRef<Batcher.Command> batcher, String user, String... inputs) {
      id = new EmbedId(user, 1);
      batcher.tell(
          new Batcher.Submit(
              new EmbedRequest(
                  id,
                  "one",
                  new Parcel.Here<>(new EmbedCall(List.of(inputs), 0)),
                  inputs.length,
                  new Asker(user, 1, Workload.INTERACTIVE),
                  TraceContext.NONE,
                  probe.ref()),
              breaker.admit().orElseThrow()));
    }

    Caller accepted() {
      probe.expectMessage(new EmbedReply.Accepted(id));
      return this;
    }

    Caller started() {
      probe.expectMessage(new EmbedReply.Started(id));
      return this;
    }

    void gets(long tokens, float... lengths) {
      EmbedReply.Embedded reply = probe.expectMessageClass(EmbedReply.Embedded.class);
      Vectors vectors = ((Parcel.Here<Vectors>) reply.vectors()).value();
      assertThat(reply.tokens()).isEqualTo(tokens);
      assertThat(vectors.all()).hasSize(lengths.length);
      for (int at = 0; at < lengths.length; at++) {
        assertThat(Vectors.floats(vectors.all().get(at))[0]).isEqualTo(lengths[at]);
      }
    }

    EmbedReply.Refused isRefused() {
      return probe.expectMessageClass(EmbedReply.Refused.class);
    }
  }

  /** The batcher of one slot, which a call has: whoever asks next waits. */
  private final class Busy {
    private final ActorRef<Batcher.Command> batcher = batcher("one");
    private final Exchange first;

    Busy(String... inputs) throws InterruptedException {
      new Caller(batcher, "z", inputs).accepted().started();
      first = exchange();
    }

    Caller waiting(String user, String... inputs) {
      return new Caller(batcher, user, inputs).accepted();
    }
  }

  private Exchange exchange() throws InterruptedException {
    Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
    assertThat(exchange).isNotNull();
    return exchange;
  }

  @Test
  void aBatchIsSplitAgainAndItsTokensShared() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("one");
    Caller first = new Caller(batcher, "a", "x").accepted().started();
    Exchange alone = exchange();
    Caller second = new Caller(batcher, "b", "xx", "xxx").accepted();
    Caller third = new Caller(batcher, "c", "xxxx").accepted();
    alone.answers(5);
    first.gets(5, 1);
    Exchange together = exchange();
    assertThat(together.call.inputs()).containsExactlyInAnyOrder("xx", "xxx", "xxxx");
    second.started();
    third.started();
    together.answers(9);
    second.gets(6, 2, 3);
    third.gets(3, 4);
    kit.createTestProbe().awaitAssert(() -> assertThat(ended).hasValue(3));
    assertThat(exchanges).isEmpty();
  }

  @Test
  void whatWaitsGoesAfterMaxWait() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("two");
    new Caller(batcher, "a", "x").accepted().started();
    exchange();
    Caller waiting = new Caller(batcher, "b", "xx").accepted();
    waiting.probe.expectNoMessage();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
    waiting.probe.awaitAssert(
        () -> {
          time.timePasses(Duration.ofMillis(10));
          return waiting.probe.expectMessage(
              Duration.ofMillis(100), new EmbedReply.Started(waiting.id));
        });
    exchange().answers(1);
    waiting.gets(1, 2);
  }

  @Test
  void aLargeCallGoesInSeveralBatchesAndComesBackWhole() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("two");
    String[] inputs =
        IntStream.rangeClosed(1, 10).mapToObj(size -> "x".repeat(size)).toArray(String[]::new);
    Caller caller = new Caller(batcher, "a", inputs).accepted().started();
    Exchange one = exchange();
    Exchange two = exchange();
    two.answers(7);
    one.answers(3);
    exchange().answers(2);
    caller.gets(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void unknownUsageOfOnePartIsUnknownUsage() throws Exception {
    Caller caller = new Caller(batcher("two"), "a", "x", "x", "x", "x", "x").accepted().started();
    exchange().answers(4);
    exchange().answers(Vectors.UNTOLD);
    caller.gets(Vectors.UNTOLD, 1, 1, 1, 1, 1);
  }

  @Test
  void aBadInputFailsNobodyElses() throws Exception {
    Busy busy = new Busy("x");
    Caller good = busy.waiting("a", "x");
    Caller bad = busy.waiting("b", "bad");
    Caller better = busy.waiting("c", "xx");
    busy.first.answers(1);
    for (int round = 0; round < 5; round++) {
      Exchange exchange = exchange();
      if (exchange.call.inputs().contains("bad")) {
        exchange.fails(UpstreamError.rejected(400));
      } else {
        exchange.answers(2);
      }
    }
    good.started().gets(2, 1);
    better.started().gets(2, 2);
    bad.started();
    EmbedReply.Refused refused = bad.isRefused();
    assertThat(refused.error().code()).isEqualTo("upstream_rejected");
    assertThat(refused.tokens()).isZero();
    assertThat(exchanges).isEmpty();
  }

  @Test
  void whatNoInputAloneCanBeTheReasonOfIsNotAskedAgain() throws Exception {
    Busy busy = new Busy("x");
    Caller one = busy.waiting("a", "x");
    Caller other = busy.waiting("b", "x");
    busy.first.answers(1);
    exchange().fails(UpstreamError.wrongDimensions(3, 4));
    assertThat(one.started().isRefused().error().code()).isEqualTo("unsupported_dimensions");
    assertThat(other.started().isRefused().error().code()).isEqualTo("unsupported_dimensions");
    assertThat(exchanges).isEmpty();
  }

  @Test
  void anErrorOfTheUpstreamFailsAllOfABatchOnce() throws Exception {
    Busy busy = new Busy("x");
    Caller one = busy.waiting("a", "x");
    Caller other = busy.waiting("b", "x");
    busy.first.answers(1);
    exchange().fails(UpstreamError.server());
    assertThat(one.started().isRefused().error().code()).isEqualTo("upstream_error");
    assertThat(outcomes.poll(60, TimeUnit.SECONDS).answered()).isTrue();
    for (int call = 0; call < 2; call++) {
      assertThat(outcomes.poll(60, TimeUnit.SECONDS).failure().code()).isEqualTo("upstream_error");
    }
    assertThat(other.started().isRefused().error().code()).isEqualTo("upstream_error");
    assertThat(exchanges).isEmpty();
  }

  @Test
  void whereTheUpstreamMayHaveWorkedTheCostIsUnknown() throws Exception {
    Caller caller = new Caller(batcher("one"), "a", "x").accepted().started();
    exchange().fails(UpstreamError.firstTokenTimeout(Duration.ofSeconds(1)));
    assertThat(caller.isRefused().tokens()).isEqualTo(Vectors.UNTOLD);
  }

  @Test
  void aCallerWhoStopsIsTakenOutBeforeSending() throws Exception {
    Busy busy = new Busy("x");
    Caller gone = busy.waiting("a", "gone");
    Caller stays = busy.waiting("b", "stays");
    gone.probe.stop();
    Batcher.Outcome outcome = outcomes.poll(60, TimeUnit.SECONDS);
    assertThat(outcome.answered()).isFalse();
    assertThat(outcome.failure()).isNull();
    busy.first.answers(1);
    assertThat(exchange().call.inputs()).containsExactly("stays");
    stays.started();
  }

  @Test
  void aBatchNobodyWaitsForIsClosed() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("one");
    Caller first = new Caller(batcher, "a", "x").accepted().started();
    Exchange exchange = exchange();
    first.probe.stop();
    assertThat(exchange.ended.get(60, TimeUnit.SECONDS)).isTrue();
    new Caller(batcher, "b", "y").accepted().started();
    assertThat(exchange().call.inputs()).containsExactly("y");
  }

  @Test
  void aBatchThatSomebodyWaitsForIsNot() throws Exception {
    Busy busy = new Busy("x");
    Caller gone = busy.waiting("a", "xx");
    Caller stays = busy.waiting("b", "xxx");
    busy.first.answers(1);
    Exchange both = exchange();
    gone.started().probe.stop();
    kit.createTestProbe().awaitAssert(() -> assertThat(ended).hasValue(2));
    both.answers(2);
    stays.started().gets(1, 3);
  }

  @Test
  void oneCallerMayHaveSeveralCallsAtOnce() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("one");
    TestProbe<EmbedReply> probe = kit.createTestProbe(EmbedReply.class);
    for (int attempt = 1; attempt <= 2; attempt++) {
      batcher.tell(
          new Batcher.Submit(
              new EmbedRequest(
                  new EmbedId("a", attempt),
                  "one",
                  new Parcel.Here<>(new EmbedCall(List.of("x"), 0)),
                  1,
                  new Asker("a", 1, Workload.INTERACTIVE),
                  TraceContext.NONE,
                  probe.ref()),
              breaker.admit().orElseThrow()));
    }
    exchange().answers(1);
    exchange().answers(1);
    assertThat(probe.receiveSeveralMessages(6).stream().map(EmbedReply::getClass).toList())
        .filteredOn(EmbedReply.Embedded.class::equals)
        .hasSize(2);
  }

  @Test
  void aFullQueueTellsWhenToComeBack() throws Exception {
    Busy busy = new Busy("1", "2", "3", "4");
    for (int call = 0; call < 3; call++) {
      busy.waiting("a", "x");
    }
    WeirError error = new Caller(busy.batcher, "b", "x").isRefused().error();
    assertThat(error)
        .isInstanceOfSatisfying(
            WeirError.TooManyRequests.class, full -> assertThat(full.retryAfter()).isPositive());
    assertThat(error.code()).isEqualTo("queue_full");
    kit.createTestProbe().awaitAssert(() -> assertThat(ended).hasValue(1));
  }

  @Test
  void whoWaitsForAStoppedBatcherHearsIt() throws Exception {
    ActorRef<Batcher.Command> batcher = batcher("one");
    Caller caller = new Caller(batcher, "z", "1").accepted().started();
    Exchange exchange = exchange();
    kit.stop(batcher);
    assertThat(caller.isRefused().error().code()).isEqualTo("embeddings_lost");
    assertThat(exchange.ended.get(60, TimeUnit.SECONDS)).isTrue();
  }
}
