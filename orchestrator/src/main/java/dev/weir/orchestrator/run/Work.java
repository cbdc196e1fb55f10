package dev.weir.orchestrator.run;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.queue.Workload;
import dev.weir.orchestrator.plan.Allowance;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.plan.PlanRunner;
import dev.weir.orchestrator.plan.StartedStep;
import dev.weir.orchestrator.plan.StepEvent;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepSpec;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.Response.Status;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.response.Transcript;
import dev.weir.orchestrator.structured.OutputCheck;
import dev.weir.orchestrator.user.Settlements;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/**
 * The work on one response: one model call, or a pipeline's plan of many. What comes of it goes
 * into the log and before the audience, which governs how fast it comes; a full log stops it.
 *
 * <p>A part of {@link Run}, used by its actor alone.
 */
final class Work {

  private static final String STEP = "generate";
  private static final String PLAN = "plan";

  private final ActorContext<?> context;
  private final RunStart start;
  private final RunDependencies dependencies;
  private final ResponseLog log;
  private final Audience audience;
  private final Transcript transcript;
  private @Nullable Runnable stop;

  Work(
      ActorContext<?> context,
      RunStart start,
      RunDependencies dependencies,
      ResponseLog log,
      Audience audience) {
    this.context = context;
    this.start = start;
    this.dependencies = dependencies;
    this.log = log;
    this.audience = audience;
    this.transcript = new Transcript(start.response().id().unique() + "_", log::append);
  }

  /**
   * Begins it.
   *
   * @param before what was said before
   * @param events hears how it goes; that it has ended comes last
   * @throws dev.weir.cluster.error.WeirException when the request is not one for its pipeline
   */
  void begin(List<Item> before, ActorRef<StepEvent> events) {
    StepSpec spec = spec(before);
    if (!(spec.call().format() instanceof TextFormat.Plain)) {
      OutputCheck.of(spec.call().format());
    }
    stop =
        dependencies
            .pipelines()
            .plan(start.response().request(), spec.call().items())
            .map(plan -> startPlan(plan, spec, events))
            .orElseGet(() -> startStep(spec, events));
  }

  private StepSpec spec(List<Item> before) {
    Response response = start.response();
    ResponseRequest request = response.request();
    return new StepSpec(
        STEP,
        response.id().toString(),
        response.caller(),
        request.model(),
        request.call(before, response.caller().entityId()),
        request.maxOutputTokens(),
        request.truncation() == ResponseRequest.Truncation.AUTO,
        response.id().conversation(),
        request.background() ? Workload.BACKGROUND : Workload.INTERACTIVE,
        start.trace(),
        Allowance.of(request.metadata(), response.createdAt()));
  }

  private Runnable startStep(StepSpec spec, ActorRef<StepEvent> events) {
    return StartedStep.start(context, spec, dependencies.steps(), events).cancel();
  }

  private Runnable startPlan(Plan plan, StepSpec spec, ActorRef<StepEvent> events) {
    spec.allowance().caps().expect(plan.steps().stream().mapToInt(it -> it.calls().size()).sum());
    ActorRef<PlanRunner.Command> runner =
        context.spawn(PlanRunner.create(plan, spec, dependencies.steps(), events), PLAN);
    return () -> runner.tell(PlanRunner.Cancel.NOW);
  }

  /** Stops it, some time; false when it never began, so that no end of it will be told. */
  boolean stop() {
    if (stop == null) {
      return false;
    }
    stop.run();
    return true;
  }

  /** Takes what it has told of. */
  void take(StepEvent.Progress progress) {
    switch (progress) {
      case StepEvent.Produced produced -> add(produced.deltas(), produced.credit());
      case StepEvent.Queued(String id, int position) -> {
        log.append(new ResponseEvent.Queued(position));
        audience.show();
      }
      case StepEvent.Opened(OutputItem.Step item) -> {
        transcript.open(item);
        audience.show();
      }
      case StepEvent.Closed(OutputItem.Step item) -> {
        transcript.finish(item.status());
        transcript.close(item);
        audience.show();
      }
    }
  }

  private void add(List<Delta> deltas, ActorRef<Credit> credit) {
    deltas.forEach(transcript::add);
    if (log.bytes() <= dependencies.settings().maxLog()) {
      audience.show(credit);
    } else {
      audience.show();
      stop();
    }
  }

  /** Nothing more comes of it: the response as it is at its end, which is not yet in the log. */
  Response end(StepEvent.Outcome outcome, boolean cancelled) {
    audience.stopDemand();
    Response begun = start.response().withoutInput();
    dependencies
        .steps()
        .settlements()
        .tell(new Settlements.EndRun(begun.caller().entityId(), begun.id().toString()));
    Ending ending = Ending.of(outcome.result(), cancelled);
    transcript.finish(
        ending.status() == Status.COMPLETED ? ItemStatus.COMPLETED : ItemStatus.INCOMPLETE);
    return ending.apply(
        begun, outcome, transcript.output(), dependencies.steps().clock().instant());
  }
}
