package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Evaluator;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import dev.weir.inference.routing.Tried.Why;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** A step against a router, a user and an inference node that do as the test says. */
class GenerateStepTest extends StepBench {

  @Test
  void aRouterThatSaysNothingIsNotWaitedForForEver() {
    start();
    choose();
    chooseAgain();
    chooseAgain();
    StepEvent.Result result = afterAWhile(parent, StepEvent.Ended.class).outcome().result();
    assertThat(((StepEvent.Failed) result).error().code()).isEqualTo("no_route");
  }

  @Test
  void whatANodeRefusesForNowAnotherIsAskedForAtNoCharge() {
    start();
    InferenceNode.Generate request = dispatched();
    WeirError away = new WeirError.Unavailable("unknown_deployment", "Not here.", Duration.ZERO);
    request.replyTo().tell(new InferenceNode.Rejected(request.id(), away));
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    InferenceRouter.Choose again = choose();
    assertThat(again.tried()).containsExactly(new Tried("sim", node.ref(), Why.REFUSED, away));
    again.replyTo().tell(new InferenceRouter.Unroutable(away));
    assertThat(failure()).isEqualTo(away);
  }

  @Test
  void aDeadlineEndsWhatHasNotBegunAndReachesTheNode() {
    start(Map.of("weir.deadline_ms", "3600000"));
    InferenceNode.Generate request = accept(true);
    assertThat(request.left()).isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    time.timePasses(Duration.ofMinutes(50));
    generation.expectNoMessage(Duration.ZERO);
    time.timePasses(Duration.ofMinutes(10));
    generation.expectMessage(Generation.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    assertThat(ended().result())
        .isInstanceOfSatisfying(
            StepEvent.Failed.class,
            failed -> assertThat(failed.error()).isInstanceOf(WeirError.TimedOut.class));
  }

  @Test
  void noRetryBeginsAfterTheDeadline() {
    start(Map.of("weir.deadline_ms", "3600000"));
    InferenceNode.Generate request = dispatched();
    request.replyTo().tell(new InferenceNode.Rejected(request.id(), BROKEN));
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    choose().replyTo().tell(chosen(Duration.ofHours(2), false, null));
    time.timePasses(Duration.ofHours(1));
    assertThat(failure().code()).isEqualTo("deadline_exceeded");
    users.expectNoMessage(Duration.ZERO);
  }

  @Test
  void whatTheClientAllowsBoundsTheAnswer() {
    start(Map.of("weir.max_tokens_total", "15"));
    InferenceNode.Generate request = dispatched();
    assertThat(request.inputTokens()).isBetween(6L, 14L);
    assertThat(request.tokens()).isEqualTo(15);
  }

  @Test
  void aCallThatTheClientDoesNotAllowIsNotMade() {
    start(Map.of("weir.max_tokens_total", "3"));
    choose().replyTo().tell(chosen());
    assertThat(failure().code()).isEqualTo("request_cap_reached");
    users.expectNoMessage(Duration.ZERO);
    node.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aNodeHearsWhoAsksAndWithWhichWeight() {
    start();
    InferenceNode.Generate request = dispatched();
    Caller caller = new Caller("t", "u");
    assertThat(request.asker()).isEqualTo(new Asker(caller.entityId(), 3, Workload.BACKGROUND));
    assertThat(request.inputTokens()).isPositive().isEqualTo(request.tokens() - 10);
  }

  @Test
  void aPositionInTheQueueIsToldUntilTheCallHasBegun() {
    start();
    InferenceNode.Generate request = accept(true);
    parent.expectMessageClass(StepEvent.Accepted.class);
    request.replyTo().tell(new InferenceNode.Queued(request.id(), 3));
    assertThat(parent.receiveMessage()).isEqualTo(new StepEvent.Queued("s", 3));
    request.replyTo().tell(new InferenceNode.Started(request.id()));
    request.replyTo().tell(new InferenceNode.Queued(request.id(), 1));
    parent.expectNoMessage();
  }

  @Test
  void aGenerationThatEndsWithoutAWordIsLostWithinSeconds() {
    start();
    accept();
    parent.expectMessageClass(StepEvent.Accepted.class);
    generation.stop();
    assertThat(afterAWhile(settlements, Settlements.Settle.class).charge())
        .isEqualTo(new Charge.Unknown());
    assertThat(choose().tried())
        .containsExactly(new Tried("sim", node.ref(), Why.LOST, StepErrors.lostNode()));
  }

  @Test
  void whatTheUpstreamFailedAtIsMadeAgainAfterThePauseTheRouterSays() {
    start();
    fail(accept());
    assertThat(settled()).isEqualTo(new Charge.Nothing());
    InferenceRouter.Choose again = choose();
    assertThat(again.tried()).containsExactly(new Tried("sim", node.ref(), Why.FAILED, BROKEN));
    again.replyTo().tell(chosen(Duration.ofSeconds(3), false, null));
    users.expectNoMessage(Duration.ofMillis(100));
    assertThat(reserveAgain().key().attempt()).isEqualTo(2);
  }

  @Test
  void whatEndsByItsDeadlineUpstreamIsNotTriedAgain() {
    start();
    fail(accept(), UpstreamError.deadlineExceeded());
    assertThat(settled()).isInstanceOf(Charge.Used.class);
    assertThat(result()).isEqualTo(new StepEvent.Failed(StepErrors.deadlineExceeded()));
    router.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aGenerationThatEndedMayBeReadSlowly() {
    start();
    InferenceNode.Generate request = accept();
    Source.from(
            List.<Delta>of(
                new Delta.Text("a".repeat(17_000)),
                new Delta.Text("b"),
                new Delta.Finished(FinishReason.STOP)))
        .runWith(conduit.to(request.deltas(), codecs.deltas()), kit.system());
    parent.expectMessageClass(StepEvent.Accepted.class);
    StepEvent.Produced first = parent.expectMessageClass(StepEvent.Produced.class);
    generation.stop();
    time.timePasses(LONG_ENOUGH);
    time.timePasses(LONG_ENOUGH);
    parent.expectNoMessage(Duration.ZERO);
    StepEvent next = first;
    while (next instanceof StepEvent.Produced produced) {
      produced.credit().tell(StepEvent.Credit.MORE);
      next = parent.receiveMessage();
    }
    assertThat(((StepEvent.Ended) next).outcome().result())
        .isEqualTo(new StepEvent.Finished(FinishReason.STOP));
  }

  @Test
  void aCancelWhileItWaitsForASlotCostsNothingAndAfterwardsWhatWasSeen() {
    ActorRef<GenerateStep.Command> waiting = start();
    accept(true);
    parent.expectMessageClass(StepEvent.Accepted.class);
    waiting.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());

    ActorRef<GenerateStep.Command> begun = start();
    InferenceNode.Generate request = accept(true);
    request.replyTo().tell(new InferenceNode.Started(request.id()));
    parent.fishForMessage(
        Duration.ofSeconds(60),
        event ->
            event instanceof StepEvent.Accepted
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    begun.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isInstanceOf(Charge.Used.class);
  }

  @Test
  void aCancelBeforeAnAttemptIsSentCostsNothingThoughTheAttemptBeforeItHadBegun() {
    ActorRef<GenerateStep.Command> step = start();
    accept();
    parent.expectMessageClass(StepEvent.Accepted.class);
    generation.stop();
    afterAWhile(settlements, Settlements.Settle.class);
    choose().replyTo().tell(chosen());
    assertThat(users.receiveMessage().message()).isInstanceOf(User.Reserve.class);
    step.tell(GenerateStep.Cancel.NOW);
    assertThat(settled()).isEqualTo(new Charge.Nothing());
  }

  @Test
  void aRolloutLearnsHowLongAnAnswerTookAndWhetherItIsOne() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    say(request, new Delta.Text("long "), new Delta.Text("enough"), STOP);
    result();
    Seen right = seen();
    assertThat(right.verdict()).isEqualTo(Verdict.RIGHT);
    assertThat(right.firstToken()).isPositive();
  }

  @Test
  void anAnswerThatTheEvaluatorDoesNotTakeIsWrong() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    say(request, new Delta.Text("no"), STOP);
    result();
    assertThat(seen().verdict()).isEqualTo(Verdict.WRONG);
  }

  @Test
  void aRolloutLearnsOfAFailureBeforeAnotherIsAsked() {
    start();
    InferenceNode.Generate request = accept(compared(), false);
    fail(request);
    assertThat(seen()).isEqualTo(new Seen(-1, Verdict.FAILED));
    assertThat(choose().tried()).hasSize(1);
  }

  @Test
  void ofACallThatIsGivenUpARolloutLearnsHowLongItHasBeenSilent() {
    ActorRef<GenerateStep.Command> step = start();
    accept(compared(), false);
    step.tell(GenerateStep.Cancel.NOW);
    result();
    Seen silent = seen();
    assertThat(silent.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(silent.firstToken()).isPositive();
  }

  private InferenceRouter.Chosen compared() {
    Trial trial = new Trial(new Round("fast", "new", 0), true, new Evaluator(null, null, false, 5));
    return new InferenceRouter.Chosen(
        deployment, node.ref(), "canary, 1 %", Duration.ZERO, false, null, trial);
  }

  private Seen seen() {
    return router.expectMessageClass(InferenceRouter.Observed.class).seen();
  }
}
