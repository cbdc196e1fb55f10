package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.together.Assembler;
import dev.weir.inference.together.Member;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * The deployments of one node that have calls which go to the upstream together, an {@link
 * Assembler} for each. They take no slot and no place in a queue, and nobody reports them as load.
 * A part of {@link InferenceNode}, used by its actor alone.
 */
final class Assemblers {

  private final ActorContext<InferenceNode.Command> context;
  private final Generation.Dependencies dependencies;
  private final Function<Deployment, InferenceNode.Command> ended;

  /** By what the deployment was when they came: one that changes has another. */
  private final Map<Deployment, Active> active = new HashMap<>();

  private boolean closed;

  private record Active(ActorRef<Assembler.Command> assembler, int calls) {
    Active plus(int change) {
      return new Active(assembler, calls + change);
    }
  }

  /**
   * Of none.
   *
   * @param ended what the node is told when a call is over, for {@link #ended}
   */
  Assemblers(
      ActorContext<InferenceNode.Command> context,
      Generation.Dependencies dependencies,
      Function<Deployment, InferenceNode.Command> ended) {
    this.context = context;
    this.dependencies = dependencies;
    this.ended = ended;
  }

  /** Takes a call, or refuses it. */
  void take(InferenceNode.Generate generate, Deployment deployment) {
    Optional<JointProvider> joint =
        closed ? Optional.empty() : dependencies.providers().apply(deployment).joint();
    if (joint.isEmpty()) {
      generate
          .replyTo()
          .tell(new InferenceNode.Rejected(generate.id(), Shedding.notTogether(deployment)));
      return;
    }
    Active taking =
        active.computeIfAbsent(deployment, changed -> start(changed, joint.get())).plus(1);
    active.put(deployment, taking);
    ActorRef<Generation.Command> generation =
        context.spawnAnonymous(deferred(generate, taking.assembler()));
    context.watchWith(generation, ended.apply(deployment));
    generate.replyTo().tell(new InferenceNode.Accepted(generate.id(), generation, true));
  }

  private Active start(Deployment deployment, JointProvider joint) {
    return new Active(
        context.spawnAnonymous(Assembler.create(deployment, joint, System::nanoTime)), 0);
  }

  /** One call: to its run it is a generation. */
  private Behavior<Generation.Command> deferred(
      InferenceNode.Generate request, ActorRef<Assembler.Command> assembler) {
    return Behaviors.setup(
        it -> {
          it.watchWith(request.replyTo(), Generation.Cancel.NOW);
          Source<Delta, NotUsed> answer =
              Source.completionStage(
                      dependencies
                          .conduit()
                          .parcels()
                          .open(request.call(), dependencies.codecs().calls()))
                  .flatMapConcat(call -> Assembler.join(assembler, member(request, call)));
          return Reader.reading(Reader.run(it, request, answer, dependencies), () -> {});
        });
  }

  private static Member member(InferenceNode.Generate request, ModelCall call) {
    return new Member(
        call,
        request.inputTokens(),
        request.asker(),
        new Member.Asking() {
          @Override
          public void refused(WeirError error) {
            request.replyTo().tell(new InferenceNode.Rejected(request.id(), error));
          }

          @Override
          public void submitted() {
            request.replyTo().tell(new InferenceNode.Started(request.id()));
          }
        });
  }

  /** A call is over. */
  void ended(Deployment deployment) {
    @Nullable Active one = active.computeIfPresent(deployment, (it, known) -> known.plus(-1));
    if (one != null && one.calls() == 0) {
      active.remove(deployment);
      context.stop(one.assembler());
    }
  }

  /** Takes no more; those that have not left are refused. */
  void close() {
    closed = true;
    active.values().forEach(one -> one.assembler().tell(Assembler.Close.NOW));
  }

  boolean isEmpty() {
    return active.isEmpty();
  }
}
