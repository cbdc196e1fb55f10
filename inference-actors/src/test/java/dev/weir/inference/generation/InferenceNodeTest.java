package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InferenceNodeTest {

  private static final Duration REPORTS = Duration.ofMillis(200);

  private final Bench bench = new Bench();
  private static final WeirError BROKEN = UpstreamError.server();

  private volatile Catalog catalog = bench.catalog;
  private final ActorRef<InferenceNode.Command> node =
      bench.kit.spawn(InferenceNode.create(() -> catalog, bench.dependencies(), bench.limits()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aSlotThenAPlaceThenARefusalThatFetchedNothing() throws Exception {
    assertThat(accepted().queued()).isFalse();
    assertThat(accepted().queued()).isTrue();
    assertThat(rejected("one").code()).isEqualTo("queue_full");
    bench.exchange().sendComplete();
    bench.asking.expectMessageClass(InferenceNode.Started.class);
    bench.exchange().sendComplete();
    awaitBusy(Map.of());
    assertThat(accepted().queued()).isFalse();
    bench.exchange();
    assertThat(bench.unpacked).hasValue(3);
  }

  @Test
  void whoWouldWaitForTooLongIsRefusedAtOnceAndReachesNoUpstream() throws Exception {
    node.tell(bench.ask("prompt").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isFalse();
    WeirError error = rejected("prompt");
    assertThat(error.code()).isEqualTo("queue_too_long");
    assertThat(error).isInstanceOf(WeirError.TooManyRequests.class);
    bench.exchange().sendComplete();
    awaitBusy(Map.of());
    assertThat(bench.unpacked).hasValue(1);
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void whoHasLessInAFullQueueTakesThePlaceOfTheNewestOfWhoHasMost() throws Exception {
    TestPublisher.Probe<Delta> first = running("roomy", "u");
    acceptedOf("roomy", "u");
    acceptedOf("roomy", "u");
    node.tell(bench.ask("roomy", "v").request());
    InferenceNode.Rejected pushedOut =
        bench.asking.expectMessageClass(InferenceNode.Rejected.class);
    assertThat(pushedOut.id()).isEqualTo(id("u"));
    assertThat(pushedOut.error().code()).isEqualTo("queue_full");
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).id())
        .isEqualTo(id("v"));
    first.sendComplete();
    assertThat(started()).isEqualTo("resp_u");
    bench.exchange().sendComplete();
    assertThat(started()).isEqualTo("resp_v");
    bench.exchange().sendComplete();
    awaitBusy(Map.of());
    assertThat(bench.hasExchanges()).as("for who was pushed out").isFalse();
  }

  @Test
  void cancelWhileItWaitsFreesThePlace() {
    accepted();
    InferenceNode.Accepted waiting = accepted();
    waiting.generation().tell(Generation.Cancel.NOW);
    awaitBusy(Map.of("one", new InferenceNode.Busy(1, 0, 1)));
    assertThat(accepted().queued()).isTrue();
  }

  @Test
  void whatIsCancelledWhileItWaitsNeverReachesTheUpstream() throws Exception {
    TestPublisher.Probe<Delta> first = running("u");
    for (int call = 0; call < 20; call++) {
      node.tell(bench.ask("long", "v").request());
      bench
          .asking
          .expectMessageClass(InferenceNode.Accepted.class)
          .generation()
          .tell(Generation.Cancel.NOW);
    }
    acceptedOf("w");
    awaitBusy(Map.of("long", new InferenceNode.Busy(1, 1, 1)));
    first.sendComplete();
    assertThat(started()).isEqualTo("resp_w");
    bench.exchange().sendComplete();
    awaitBusy(Map.of());
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void slotsThatAreNewGoToWhoWaits() throws Exception {
    acceptedOf("u");
    acceptedOf("v");
    bench.exchange();
    catalog = Bench.catalog("weir.deployments.long.slots = 2");
    ticks(1);
    assertThat(started()).isEqualTo("resp_v");
    bench.exchange();
    awaitBusy(Map.of("long", new InferenceNode.Busy(2, 0, 2)));
  }

  @Test
  void whatRunsEndsAsItBeganWhenItsDeploymentIsGone() throws Exception {
    TestPublisher.Probe<Delta> exchange = running("u");
    catalog = Bench.catalog("weir.deployments.long = null");
    ticks(1);
    assertThat(rejected("long").code()).isEqualTo("unknown_deployment");
    exchange.sendComplete();
    awaitBusy(Map.of());
  }

  @Test
  void whoHasNoCallYetStartsBeforeTheRestOfABurst() throws Exception {
    for (int call = 0; call < 4; call++) {
      acceptedOf("u");
    }
    acceptedOf("v");
    bench.exchange().sendComplete();
    assertThat(started()).isEqualTo("resp_v");
    bench.exchange().sendComplete();
    assertThat(started()).isEqualTo("resp_u");
  }

  @Test
  void whatACallProducesCountsBeforeItsEnd() throws Exception {
    TestPublisher.Probe<Delta> exchange = running("u");
    acceptedOf("u");
    acceptedOf("v");
    acceptedOf("v");
    exchange.sendNext(new Delta.Text("word ".repeat(100)));
    exchange.sendComplete();
    assertThat(started()).isEqualTo("resp_v");
  }

  @Test
  void whoWaitsHearsItsPositionWhenItChangesAndNotTooOften() throws Exception {
    TestPublisher.Probe<Delta> first = running("u");
    acceptedOf("u");
    acceptedOf("v");
    ticks(1);
    bench.asking.expectNoMessage(Duration.ZERO);
    ticks(1);
    assertThat(queued()).isEqualTo(new InferenceNode.Queued(id("v"), 1));
    assertThat(queued()).isEqualTo(new InferenceNode.Queued(id("u"), 2));
    ticks(4);
    bench.asking.expectNoMessage(Duration.ZERO);
    first.sendNext(new Delta.Text("word ".repeat(100)));
    first.sendComplete();
    assertThat(started()).isEqualTo("resp_v");
    ticks(2);
    assertThat(queued()).isEqualTo(new InferenceNode.Queued(id("u"), 1));
  }

  @Test
  void aDeploymentItDoesNotKnowYetIsWorthAnotherTryElsewhere() {
    WeirError error = rejected("tomorrow");
    assertThat(error.code()).isEqualTo("unknown_deployment");
    assertThat(error.retryable()).isTrue();
  }

  @Test
  void aProviderThatThrowsFreesItsSlot() {
    ActorRef<InferenceNode.Command> faulty =
        bench.kit.spawn(
            InferenceNode.create(
                () -> bench.catalog,
                bench.dependencies(
                    call -> {
                      throw new IllegalStateException("a defect");
                    }),
                bench.limits()));
    TestProbe<Void> watching = bench.kit.createTestProbe();
    for (int call = 0; call < 3; call++) {
      faulty.tell(bench.ask("one").request());
      watching.expectTerminated(nextAccepted().generation());
    }
  }

  /** The one before may have waited for its slot, and been told of its start. */
  private InferenceNode.Accepted nextAccepted() {
    InferenceNode.Reply reply = bench.asking.receiveMessage();
    return reply instanceof InferenceNode.Started ? nextAccepted() : (InferenceNode.Accepted) reply;
  }

  @Test
  void anUpstreamThatFailsIsNotCalledAndWhoWaitsForItIsToldAtOnce() throws Exception {
    begin("broken");
    begin("broken");
    node.tell(bench.ask("broken").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isTrue();
    bench.exchange().sendError(BROKEN.asException());
    bench.asking.expectMessageClass(InferenceNode.Started.class);
    node.tell(bench.ask("broken").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isTrue();
    bench.exchange().sendError(BROKEN.asException());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Rejected.class).error().code())
        .isEqualTo("upstream_broken");
    assertThat(rejected("broken").retryAfter()).isEqualTo(Duration.ofHours(1));
    assertThat(observer().receiveMessage().broken()).containsExactly("broken");
    bench.exchange();
    assertThat(bench.hasExchanges()).as("none for who waited").isFalse();
  }

  @Test
  void afterThePauseAProbeThatIsAnsweredMakesItWhole() throws Exception {
    begin("frail");
    begin("frail");
    bench.exchange().sendError(BROKEN.asException());
    bench.exchange().sendError(BROKEN.asException());
    InferenceNode.Generate probe = probe();
    assertThat(rejected("frail").code()).as("one probe at a time").isEqualTo("upstream_broken");
    bench.exchange().sendNext(new Delta.Text("Well.")).sendComplete();
    awaitBusy(Map.of());
    begin("frail");
    begin("frail");
    assertThat(probe.deployment()).isEqualTo("frail");
  }

  @Test
  void failuresOfTheCallLeaveTheUpstreamAlone() throws Exception {
    WeirError limited = UpstreamError.rateLimited(Duration.ofSeconds(1));
    for (int call = 0; call < 5; call++) {
      begin("broken");
      bench.exchange().sendError(limited.asException());
      awaitBusy(Map.of());
    }
    assertThat(observer().receiveMessage().broken()).isEmpty();
  }

  private InferenceNode.Generate begin(String deployment) {
    Bench.Asked asked = bench.ask(deployment);
    node.tell(asked.request());
    asked.reader().request(9);
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isFalse();
    return asked.request();
  }

  private InferenceNode.Generate probe() {
    return bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          TestProbe<InferenceNode.Load> observer = observer();
          assertThat(observer.receiveMessage().deployments()).isEmpty();
          return begin("frail");
        });
  }

  @Test
  void whatIsNotItsWorkIsRefused() {
    ActorRef<InferenceNode.Command> dedicated =
        bench.kit.spawn(
            InferenceNode.create(
                () -> catalog,
                Runnable::run,
                new Site(Set.of(Workload.BACKGROUND), "eu", "a"),
                bench.dependencies(),
                bench.limits()));
    dedicated.tell(bench.ask("one").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Rejected.class).error().code())
        .isEqualTo("other_workload");
    TestProbe<InferenceNode.Load> observer = bench.kit.createTestProbe(InferenceNode.Load.class);
    dedicated.tell(new InferenceNode.Observe(observer.ref()));
    assertThat(observer.receiveMessage().site())
        .isEqualTo(new Site(Set.of(Workload.BACKGROUND), "eu", "a"));
  }

  @Test
  void slotsThatAdaptBeginWithTheFewest() {
    node.tell(bench.ask("adapts").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isFalse();
    node.tell(bench.ask("adapts").request());
    node.tell(bench.ask("adapts").request());
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isFalse();
    assertThat(bench.asking.expectMessageClass(InferenceNode.Accepted.class).queued()).isTrue();
    awaitBusy(Map.of("adapts", new InferenceNode.Busy(2, 1, 2)));
  }

  @Test
  void itsLoadNamesOnlyWhatHasCalls() throws Exception {
    TestProbe<InferenceNode.Load> observer = observer();
    assertThat(observer.receiveMessage().deployments()).isEmpty();
    accepted();
    accepted();
    TestPublisher.Probe<Delta> first = bench.exchange();
    bench.time.timePasses(REPORTS);
    assertThat(observer.receiveMessage().deployments())
        .isEqualTo(Map.of("one", new InferenceNode.Busy(1, 1, 1)));
    first.sendComplete();
    bench.exchange().sendComplete();
    awaitBusy(Map.of());
  }

  @Test
  void itsLoadIsToldOnceASecondAlsoWhenNothingIsNew() {
    TestProbe<InferenceNode.Load> observer = observer();
    InferenceNode.Load first = observer.receiveMessage();
    bench.time.timePasses(REPORTS.multipliedBy(5));
    assertThat(observer.receiveMessage()).isEqualTo(first);
    observer.expectNoMessage(Duration.ZERO);
  }

  @Test
  void ofMoreThanAHundredDeploymentsTheBusiestAreReported() {
    for (int call = 0; call < 120; call++) {
      node.tell(bench.ask("ollama/" + call).request());
      bench.asking.expectMessageClass(InferenceNode.Accepted.class);
    }
    accepted();
    accepted();
    TestProbe<InferenceNode.Load> observer = observer();
    assertThat(observer.receiveMessage().deployments()).hasSize(100).containsKey("one");
  }

  private void awaitBusy(Map<String, InferenceNode.Busy> expected) {
    bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () -> assertThat(observer().receiveMessage().deployments()).isEqualTo(expected));
  }

  private TestProbe<InferenceNode.Load> observer() {
    TestProbe<InferenceNode.Load> observer = bench.kit.createTestProbe(InferenceNode.Load.class);
    node.tell(new InferenceNode.Observe(observer.ref()));
    return observer;
  }

  private InferenceNode.Accepted accepted() {
    node.tell(bench.ask("one").request());
    return bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  private TestPublisher.Probe<Delta> running(String user) throws InterruptedException {
    return running("long", user);
  }

  private TestPublisher.Probe<Delta> running(String deployment, String user)
      throws InterruptedException {
    Bench.Asked asked = bench.ask(deployment, user);
    node.tell(asked.request());
    asked.reader().request(9);
    bench.asking.expectMessageClass(InferenceNode.Accepted.class);
    return bench.exchange();
  }

  private void acceptedOf(String user) {
    acceptedOf("long", user);
  }

  private void acceptedOf(String deployment, String user) {
    node.tell(bench.ask(deployment, user).request());
    bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  private String started() {
    return bench.asking.expectMessageClass(InferenceNode.Started.class).id().responseId();
  }

  private InferenceNode.Queued queued() {
    return bench.asking.expectMessageClass(InferenceNode.Queued.class);
  }

  private static GenerationId id(String user) {
    return new GenerationId("resp_" + user, "generate", 1);
  }

  private void ticks(int ticks) {
    for (int tick = 0; tick < ticks; tick++) {
      bench.time.timePasses(Positions.INTERVAL);
    }
  }

  private WeirError rejected(String deployment) {
    node.tell(bench.ask(deployment).request());
    return bench.asking.expectMessageClass(InferenceNode.Rejected.class).error();
  }
}
