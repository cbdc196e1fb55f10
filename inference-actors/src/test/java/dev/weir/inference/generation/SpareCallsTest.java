package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that nobody waits for, where others want the same slots. */
class SpareCallsTest {

  private final Bench bench = new Bench();
  private volatile Catalog catalog = bench.catalog;
  private final TestProbe<InferenceNode.Reply> shadow =
      bench.kit.createTestProbe(InferenceNode.Reply.class);
  private final ActorRef<InferenceNode.Command> node =
      bench.kit.spawn(InferenceNode.create(() -> catalog, bench.dependencies(), bench.limits()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void oneHasAFreeSlotAndStreams() throws Exception {
    Bench.Asked spare = spare("one");
    assertThat(accepted().queued()).isFalse();
    spare.reader().request(2);
    bench.exchange().sendNext(new Delta.Text("Hi")).sendComplete();
    spare.reader().expectNext(new Delta.Text("Hi")).expectComplete();
  }

  @Test
  void oneIsRefusedWhileNoSlotIsFree() throws Exception {
    call("one");
    bench.exchange();
    spare("one");
    assertThat(refused()).isEqualTo("no_spare_slot");
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void itsSlotIsTheNextCallsAtOnceAlsoWhereNobodyMayWait() throws Exception {
    spare("prompt");
    accepted();
    TestPublisher.Probe<Delta> left = bench.exchange();
    assertThat(call("prompt").queued()).isFalse();
    assertThat(refused()).isEqualTo("no_spare_slot");
    left.expectCancellation();
    bench.exchange();
  }

  @Test
  void itStaysWhereThereIsAnotherSlot() throws Exception {
    spare("frail");
    accepted();
    TestPublisher.Probe<Delta> stays = bench.exchange();
    call("frail");
    bench.exchange();
    shadow.expectNoMessage();
    assertThat(call("frail").queued()).isFalse();
    assertThat(refused()).isEqualTo("no_spare_slot");
    stays.expectCancellation();
  }

  @Test
  void whereThereAreFewerSlotsThanBeforeAsManyGoAsAreTooMany() throws Exception {
    spare("frail");
    accepted();
    TestPublisher.Probe<Delta> first = bench.exchange();
    spare("frail");
    accepted();
    TestPublisher.Probe<Delta> second = bench.exchange();
    catalog = Bench.catalog("weir.deployments.frail.slots = 1");
    assertThat(call("frail").queued()).isFalse();
    assertThat(refused()).isEqualTo("no_spare_slot");
    assertThat(refused()).isEqualTo("no_spare_slot");
    first.expectCancellation();
    second.expectCancellation();
  }

  @Test
  void oneThatWaitsForALimitGoesWhenAnotherCallComes() {
    spare("limited");
    assertThat(accepted().queued()).isTrue();
    assertThat(call("limited").queued()).isTrue();
    assertThat(refused()).isEqualTo("no_spare_slot");
    spare("limited");
    assertThat(refused()).as("while another waits").isEqualTo("no_spare_slot");
  }

  @Test
  void itsFailuresDoNotKeepOthersFromTheUpstream() throws Exception {
    for (int failure = 0; failure < 5; failure++) {
      Bench.Asked spare = spare("broken");
      TestProbe<Void> watching = bench.kit.createTestProbe();
      ActorRef<Generation.Command> generation = accepted().generation();
      spare.reader().request(1);
      bench.exchange().sendError(UpstreamError.server().asException());
      spare.reader().expectError();
      watching.expectTerminated(generation);
    }
    assertThat(call("broken").queued()).isFalse();
  }

  @Test
  void noneIsTheProbeOfAnUpstreamThatFails() throws Exception {
    for (int failure = 0; failure < 2; failure++) {
      Bench.Asked asked = bench.ask("broken");
      node.tell(asked.request());
      asked.reader().request(1);
      bench.asking.expectMessageClass(InferenceNode.Accepted.class);
      bench.exchange().sendError(UpstreamError.server().asException());
      asked.reader().expectError();
    }
    shadow.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          spare("broken");
          assertThat(refused()).isEqualTo("no_spare_slot");
          return Done.getInstance();
        });
  }

  @Test
  void aNodeThatDrainsWaitsForNoneAndTakesNone() throws Exception {
    spare("one");
    accepted();
    TestPublisher.Probe<Delta> left = bench.exchange();
    TestProbe<Done> drained = bench.kit.createTestProbe();
    node.tell(new InferenceNode.Drain(drained.ref()));
    assertThat(refused()).isEqualTo("no_spare_slot");
    left.expectCancellation();
    spare("one");
    assertThat(refused()).isEqualTo("node_draining");
    bench.time.timePasses(Duration.ofMillis(500));
    drained.expectMessage(Done.getInstance());
  }

  private InferenceNode.Accepted call(String deployment) {
    node.tell(bench.ask(deployment).request());
    return bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  private Bench.Asked spare(String deployment) {
    Bench.Asked asked = bench.ask(deployment, "shadow");
    InferenceNode.Generate it = asked.request();
    InferenceNode.Generate spare =
        new InferenceNode.Generate(
            it.id(),
            it.deployment(),
            it.call(),
            it.tokens(),
            it.deltas(),
            it.trace(),
            shadow.ref(),
            new Asker("shadow", 1, Workload.BACKGROUND),
            it.inputTokens(),
            null,
            null,
            true,
            false);
    node.tell(spare);
    return new Bench.Asked(spare, asked.reader());
  }

  private InferenceNode.Accepted accepted() {
    return shadow.expectMessageClass(InferenceNode.Accepted.class);
  }

  private String refused() {
    return shadow.expectMessageClass(InferenceNode.Rejected.class).error().code();
  }
}
