package dev.weir.orchestrator.plan;

import dev.weir.inference.item.TextFormat;
import dev.weir.orchestrator.structured.OutputCheck;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * A model call that runs as an actor of its own.
 *
 * @param cancel stops it, some time
 */
public record StartedStep(ActorRef<?> ref, Runnable cancel) {

  /**
   * Starts the call of {@code spec} as a child of {@code context}, under the step's name.
   *
   * @param events hears how it goes
   * @throws dev.weir.cluster.error.WeirException if it asks for a form that cannot be checked
   */
  public static StartedStep start(
      ActorContext<?> context,
      StepSpec spec,
      StepDependencies dependencies,
      ActorRef<StepEvent> events) {
    if (spec.call().format() instanceof TextFormat.Plain) {
      ActorRef<GenerateStep.Command> step =
          context.spawn(GenerateStep.create(spec, dependencies, events), spec.id());
      return new StartedStep(step, () -> step.tell(GenerateStep.Cancel.NOW));
    }
    OutputCheck check = OutputCheck.of(spec.call().format());
    ActorRef<StructuredStep.Command> step =
        context.spawn(StructuredStep.create(spec, dependencies, check, events), spec.id());
    return new StartedStep(step, () -> step.tell(StructuredStep.Cancel.NOW));
  }
}
