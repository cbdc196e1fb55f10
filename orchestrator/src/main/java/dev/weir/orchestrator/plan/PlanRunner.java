package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.response.OutputItem;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a plan: a {@link GenerateStep} for each of its calls, as many at once as the plan allows.
 *
 * <p>Running → stopped when nothing runs and nothing may start. Cancel stops every step once and
 * starts no more. To its parent it looks like one step: accepted when the first of its steps is,
 * producing what the last one says, ended once with the sum of all; beside that it announces every
 * step. What the others say is collected here, as fast as it comes.
 */
public final class PlanRunner {

  private static final String ID = "plan";

  public sealed interface Command {}

  /** Stop now, with everything below. */
  public enum Cancel implements Command {
    NOW
  }

  private record Stepped(StepEvent event) implements Command {}

  private record Vanished(String step) implements Command {}

  /** A step under way. */
  private record Running(OutputItem.Step item, StartedStep step, BranchText text) {}

  private final ActorContext<Command> context;
  private final Plan plan;
  private final StepCalls calls;
  private final StepDependencies dependencies;
  private final ActorRef<StepEvent> parent;
  private final ActorRef<StepEvent> events;
  private final Schedule schedule;
  private final Map<String, Running> running = new HashMap<>();
  private final Totals totals;
  private boolean accepted;
  private boolean stopping;
  private StepEvent.@Nullable Result last;

  /**
   * A runner of {@code plan}.
   *
   * @param whole the request as one call: its caller, its tools and format for the last step
   */
  public static Behavior<Command> create(
      Plan plan, StepSpec whole, StepDependencies dependencies, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context -> new PlanRunner(context, plan, whole, dependencies, parent).begin());
  }

  private PlanRunner(
      ActorContext<Command> context,
      Plan plan,
      StepSpec whole,
      StepDependencies dependencies,
      ActorRef<StepEvent> parent) {
    this.context = context;
    this.plan = plan;
    this.calls = new StepCalls(plan, whole);
    this.dependencies = dependencies;
    this.parent = parent;
    this.events = context.messageAdapter(StepEvent.class, Stepped::new);
    this.schedule = new Schedule(plan);
    this.totals = new Totals(dependencies.clock());
  }

  private Behavior<Command> begin() {
    schedule.next().forEach(this::start);
    return running();
  }

  private Behavior<Command> running() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Stepped(StepEvent event) -> onStep(event);
              case Vanished(String step) -> onVanished(step);
              case Cancel now -> onCancel();
            });
  }

  private void start(Plan.Generate call) {
    OutputItem.Step item = StepItems.open(calls.itemId(call), call.name(), plan.model(), now());
    StartedStep step =
        StartedStep.start(context, calls.spec(call, schedule.said()), dependencies, events);
    context.watchWith(step.ref(), new Vanished(call.id()));
    running.put(call.id(), new Running(item, step, new BranchText()));
    parent.tell(new StepEvent.Opened(item));
  }

  private Behavior<Command> onStep(StepEvent event) {
    return switch (event) {
      case StepEvent.Accepted(String step, var limits) -> {
        if (!accepted) {
          accepted = true;
          parent.tell(new StepEvent.Accepted(ID, limits));
        }
        yield Behaviors.same();
      }
      case StepEvent.Produced produced -> {
        produced(produced);
        yield Behaviors.same();
      }
      case StepEvent.Queued(String step, int position) -> {
        if (step.equals(plan.last().id())) {
          parent.tell(new StepEvent.Queued(ID, position));
        }
        yield Behaviors.same();
      }
      case StepEvent.Ended(String step, StepEvent.Outcome outcome) -> onEnded(step, outcome);
      case StepEvent.Opened nested -> Behaviors.unhandled();
      case StepEvent.Closed nested -> Behaviors.unhandled();
    };
  }

  private void produced(StepEvent.Produced more) {
    if (more.step().equals(plan.last().id())) {
      totals.heard();
      parent.tell(new StepEvent.Produced(ID, more.deltas(), more.credit(), more.how()));
      return;
    }
    Running branch = running.get(more.step());
    if (branch != null) {
      branch.text().add(more.deltas());
    }
    more.credit().tell(Credit.MORE);
  }

  private Behavior<Command> onVanished(String step) {
    if (!schedule.isRunning(step)) {
      return Behaviors.same();
    }
    return onEnded(step, StepItems.lost());
  }

  private Behavior<Command> onEnded(String id, StepEvent.Outcome outcome) {
    Running ended = running.remove(id);
    if (ended == null) {
      return Behaviors.same();
    }
    totals.add(outcome);
    boolean isLast = id.equals(plan.last().id());
    if (isLast) {
      last = outcome.result();
    }
    StepEvent.Result result = isLast ? outcome.result() : ended.text().result(outcome.result());
    parent.tell(new StepEvent.Closed(StepItems.close(ended.item(), outcome, result, now())));
    switch (result) {
      case StepEvent.Finished finished -> schedule.said(id, ended.text().whole());
      case StepEvent.Failed(WeirError error) -> schedule.failed(id, error);
      case StepEvent.CutShort(String reason) -> schedule.failed(id, StepErrors.cutShort(reason));
      case StepEvent.Cancelled cancelled -> schedule.stopped(id);
    }
    return proceed();
  }

  private Behavior<Command> proceed() {
    schedule.next().forEach(this::start);
    if (!schedule.isIdle()) {
      return Behaviors.same();
    }
    parent.tell(new StepEvent.Ended(ID, totals.outcome(result())));
    return Behaviors.stopped();
  }

  private Behavior<Command> onCancel() {
    if (!stopping) {
      stopping = true;
      schedule.stop();
      running.values().forEach(branch -> branch.step().cancel().run());
    }
    return Behaviors.same();
  }

  private StepEvent.Result result() {
    if (last != null) {
      return last;
    }
    return schedule
        .failure(plan.last().id())
        .<StepEvent.Result>map(StepEvent.Failed::new)
        .orElseGet(StepEvent.Cancelled::new);
  }

  private Instant now() {
    return dependencies.clock().instant();
  }
}
