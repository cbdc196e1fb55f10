package dev.weir.orchestrator.plan;

import dev.weir.inference.catalog.Structured;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepEvent.Result;
import dev.weir.orchestrator.structured.OutputCheck;
import dev.weir.orchestrator.structured.Repair;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A step whose answer must have a form: one {@link GenerateStep}, and where its answer is wrong and
 * has not been shown, one more that repairs it. To its parent it looks like one step.
 *
 * <pre>
 * Answering → Repairing  when the whole answer is held, and wrong
 * Answering → stopped    when the answer has ended otherwise
 * Repairing → stopped    when the second one has ended: right, or invalid_output
 * </pre>
 *
 * <p>Where the upstream keeps to the form by itself the answer streams, and is only checked.
 */
final class StructuredStep {

  sealed interface Command {}

  /** Stop now. */
  enum Cancel implements Command {
    NOW
  }

  private record Stepped(StepEvent event) implements Command {}

  /** A step has ended, and told how unless it failed itself. */
  private record Vanished(String step) implements Command {}

  private final ActorContext<Command> context;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private final OutputCheck check;
  private final ActorRef<StepEvent> parent;
  private final Totals totals;
  private Draft draft = new Draft();
  private @Nullable Structured how;
  private @Nullable Draft first;
  private ActorRef<GenerateStep.Command> step;
  private boolean accepted;

  /** A step that makes an answer of the form that {@code check} knows. */
  static Behavior<Command> create(
      StepSpec spec, StepDependencies dependencies, OutputCheck check, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context -> new StructuredStep(context, spec, dependencies, check, parent).running());
  }

  private StructuredStep(
      ActorContext<Command> context,
      StepSpec spec,
      StepDependencies dependencies,
      OutputCheck check,
      ActorRef<StepEvent> parent) {
    this.context = context;
    this.spec = spec;
    this.dependencies = dependencies;
    this.check = check;
    this.parent = parent;
    this.totals = new Totals(dependencies.clock());
    this.step = start(spec);
  }

  private ActorRef<GenerateStep.Command> start(StepSpec asked) {
    ActorRef<StepEvent> events = context.messageAdapter(StepEvent.class, Stepped::new);
    ActorRef<GenerateStep.Command> started =
        context.spawn(GenerateStep.create(asked, dependencies, events), asked.id());
    context.watchWith(started, new Vanished(asked.id()));
    return started;
  }

  private Behavior<Command> running() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Stepped(StepEvent event) -> onStep(event);
              case Vanished(String id) ->
                  isRepair(id) == (first != null) ? onEnded(StepItems.lost()) : Behaviors.same();
              case Cancel now -> {
                step.tell(GenerateStep.Cancel.NOW);
                yield Behaviors.same();
              }
            });
  }

  private boolean isRepair(String id) {
    return !id.equals(spec.id());
  }

  private Behavior<Command> onStep(StepEvent event) {
    return switch (event) {
      case StepEvent.Accepted(String id, var limits) -> {
        if (!accepted) {
          accepted = true;
          parent.tell(event);
        }
        yield Behaviors.same();
      }
      case StepEvent.Queued(String id, int position) -> {
        parent.tell(new StepEvent.Queued(spec.id(), position));
        yield Behaviors.same();
      }
      case StepEvent.Produced produced -> onProduced(produced);
      case StepEvent.Ended(String id, StepEvent.Outcome outcome) -> onEnded(outcome);
      case StepEvent.Opened none -> Behaviors.unhandled();
      case StepEvent.Closed none -> Behaviors.unhandled();
    };
  }

  /** Who answers first decides whether it is held; a repair always is. */
  private Behavior<Command> onProduced(StepEvent.Produced produced) {
    how = how == null ? produced.how().of(spec.call().format()) : how;
    boolean held = how == Structured.VALIDATE;
    draft.add(produced.deltas(), held);
    if (held) {
      produced.credit().tell(Credit.MORE);
    } else {
      totals.heard();
      parent.tell(produced);
    }
    return Behaviors.same();
  }

  private Behavior<Command> onEnded(StepEvent.Outcome outcome) {
    totals.add(outcome);
    return first == null ? onAnswer(outcome.result()) : onRepaired(first, outcome.result());
  }

  private Behavior<Command> onAnswer(Result result) {
    Optional<String> complaint =
        how == null || how == Structured.OFF ? Optional.empty() : complaint(result);
    if (complaint.isEmpty()) {
      return show(draft).end(result);
    }
    if (how == Structured.NATIVE) {
      return end(new StepEvent.Failed(OutputCheck.invalidOutput()));
    }
    first = draft;
    draft = new Draft();
    step = start(spec.repairing(Repair.of(spec.call(), first.text(), complaint.get())));
    return Behaviors.same();
  }

  private Behavior<Command> onRepaired(Draft before, Result result) {
    if (result instanceof StepEvent.Cancelled) {
      return show(before).end(result);
    }
    boolean whole = isWhole(result);
    if (whole && check.complaint(draft.text()).isEmpty()) {
      totals.repaired();
      return show(draft).end(result);
    }
    return show(whole ? draft : before).end(new StepEvent.Failed(OutputCheck.invalidOutput()));
  }

  private Optional<String> complaint(Result result) {
    return isWhole(result) ? check.complaint(draft.text()) : Optional.empty();
  }

  /** Whether the model came to the end of an answer that should have the form. */
  private boolean isWhole(Result result) {
    return result instanceof StepEvent.Finished(FinishReason reason)
        && reason == FinishReason.STOP
        && draft.isPlain();
  }

  private StructuredStep show(Draft shown) {
    List<Delta> held = shown.held();
    if (!held.isEmpty()) {
      totals.heard();
      parent.tell(
          new StepEvent.Produced(
              spec.id(), held, context.getSystem().ignoreRef(), Structured.VALIDATE));
    }
    return this;
  }

  private Behavior<Command> end(Result result) {
    parent.tell(new StepEvent.Ended(spec.id(), totals.outcome(result)));
    return Behaviors.stopped();
  }
}
