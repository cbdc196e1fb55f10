package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Usage;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.Demand;
import dev.weir.inference.limit.Use;
import dev.weir.inference.limit.cluster.LimitOwner;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node whose calls need the permit of an owner, whom the test plays. */
class LimitedNodeTest {

  private static final Duration TICK = Duration.ofMillis(200);

  private final Bench bench = new Bench();
  private final ActorRef<InferenceNode.Command> node =
      bench.kit.spawn(
          InferenceNode.create(() -> bench.catalog, bench.dependencies(), bench.limits()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void nothingStartsWithoutAPermitAndWhoseTurnItIsGetsIt() throws Exception {
    accept("u");
    LimitOwner.Report first = report(demand -> demand.uses().size() == 1);
    accept("u");
    accept("v");
    assertThat(bench.hasExchanges()).isFalse();
    answer(first, first.demand().uses());
    assertThat(started()).isEqualTo("resp_v");
    bench.exchange();
    LimitOwner.Report next = report(demand -> phases(demand).contains(Use.Phase.STARTED));
    assertThat(phases(next.demand())).containsExactly(Use.Phase.ASKED, Use.Phase.STARTED);
  }

  @Test
  void theOwnerHearsWhatACallReallyTook() throws Exception {
    TestPublisher.Probe<Delta> exchange = running();
    exchange.sendNext(new Delta.Text("Hi"));
    answer(report(demand -> phases(demand).equals(List.of(Use.Phase.ARRIVED))), List.of());
    exchange.sendNext(new Delta.Consumed(new Usage(4, 0, 2, 0)));
    exchange.sendNext(new Delta.Finished(FinishReason.STOP));
    exchange.sendComplete();
    Demand last = report(demand -> phases(demand).equals(List.of(Use.Phase.ENDED))).demand();
    assertThat(last.uses().getFirst().used()).isEqualTo(6);
  }

  @Test
  void whatNobodyCountedCountsAsTheMost() throws Exception {
    TestPublisher.Probe<Delta> exchange = running();
    exchange.sendNext(new Delta.Text("Hi"));
    exchange.sendError(UpstreamError.closed().asException());
    Demand last = report(demand -> phases(demand).equals(List.of(Use.Phase.ENDED))).demand();
    assertThat(last.uses().getFirst().used()).isEqualTo(10);
  }

  @Test
  void anUpstreamThatIsAtItsLimitPausesTheWholeCluster() throws Exception {
    TestPublisher.Probe<Delta> exchange = running();
    exchange.sendError(UpstreamError.rateLimited(Duration.ofSeconds(7)).asException());
    Demand last = report(demand -> phases(demand).equals(List.of(Use.Phase.ENDED))).demand();
    assertThat(Duration.ofNanos(last.pauseNanos())).isBetween(Duration.ofSeconds(1), seconds(7));
    assertThat(last.uses().getFirst().used()).isZero();
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsGivesItsPermitBack() {
    InferenceNode.Accepted waiting = accept("u");
    LimitOwner.Report asked = report(demand -> demand.uses().size() == 1);
    waiting.generation().tell(Generation.Cancel.NOW);
    answer(asked, List.of());
    LimitOwner.Report given = report(demand -> demand.uses().isEmpty());
    answer(given, asked.demand().uses());
    bench.time.timePasses(TICK);
    assertThat(bench.hasExchanges()).isFalse();
  }

  private TestPublisher.Probe<Delta> running() throws InterruptedException {
    Bench.Asked asked = bench.ask("limited", "u");
    node.tell(asked.request());
    asked.reader().request(9);
    bench.asking.expectMessageClass(InferenceNode.Accepted.class);
    LimitOwner.Report report = report(demand -> demand.uses().size() == 1);
    answer(report, report.demand().uses());
    started();
    LimitOwner.Report sent = report(demand -> phases(demand).equals(List.of(Use.Phase.STARTED)));
    answer(sent, List.of());
    return bench.exchange();
  }

  private InferenceNode.Accepted accept(String user) {
    node.tell(bench.ask("limited", user).request());
    return bench.asking.expectMessageClass(InferenceNode.Accepted.class);
  }

  private String started() {
    return bench.asking.expectMessageClass(InferenceNode.Started.class).id().responseId();
  }

  /** The next report of that kind; the others are answered, and nothing is granted. */
  private LimitOwner.Report report(Predicate<Demand> wanted) {
    while (true) {
      LimitOwner.Report report = bench.owner.expectMessageClass(LimitOwner.Report.class);
      if (wanted.test(report.demand())) {
        return report;
      }
      answer(report, List.of());
    }
  }

  private static void answer(LimitOwner.Report report, List<Use> granted) {
    Demand demand = report.demand();
    report.replyTo().tell(new Answer(demand.member(), demand.number(), granted));
  }

  private static List<Use.Phase> phases(Demand demand) {
    return demand.uses().stream().map(Use::phase).toList();
  }
}
