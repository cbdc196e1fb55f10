package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import dev.weir.orchestrator.plan.GenerateStep.Command;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.typed.javadsl.ActorSink;
import org.jspecify.annotations.Nullable;

/**
 * Brings an attempt to its inference node, and its deltas back to the step. While the step
 * withholds its credit they are gathered, up to {@value #GATHERED} bytes; beyond that the demand
 * stops, back to the provider's socket. A part of {@link GenerateStep}, used by its actor alone.
 */
final class Dispatch {

  private static final long GATHERED = 16 * 1024;
  private static final int WINDOW = 64 * 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private boolean begun;
  private boolean silent = true;
  private @Nullable ActorRef<InferenceNode.Command> node;
  private @Nullable ActorRef<Generation.Command> generation;

  Dispatch(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StepSpec spec,
      StepDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
  }

  /**
   * Asks the attempt's node to make it, and watches that node.
   *
   * @throws WeirException if there is no room to send the call
   */
  void send(Attempt attempt) {
    Parcel<ModelCall> call = parcel(attempt);
    Conduit.Inbound<Delta> inbound =
        dependencies
            .conduit()
            .open(dependencies.codecs().deltas(), WINDOW, attempt.deployment().timeouts().whole());
    gathered(inbound.source()).runWith(step(attempt.number()), context.getSystem());
    attempt
        .node()
        .tell(
            new InferenceNode.Generate(
                new GenerationId(spec.responseId(), spec.id(), attempt.number()),
                attempt.deployment().name(),
                call,
                attempt.inputTokens() + attempt.outputCap(),
                inbound.ticket(),
                spec.trace(),
                context.messageAdapter(InferenceNode.Reply.class, GenerateStep.Replied::new),
                asker(),
                attempt.inputTokens()));
    GenerateStep.NodeLost lost = new GenerateStep.NodeLost(attempt.number());
    node = attempt.node();
    context.watchWith(node, lost);
    timers.startSingleTimer(GenerateStep.NodeLost.class, lost, ANSWER_WITHIN);
  }

  private Asker asker() {
    String user = spec.caller().entityId();
    return new Asker(user, dependencies.tiers().tier(user).weight(), spec.workload());
  }

  /** The node has answered: from now on the generation is watched, too. */
  void answered(InferenceNode.Reply reply) {
    timers.cancel(GenerateStep.NodeLost.class);
    switch (reply) {
      case InferenceNode.Accepted(var id, var accepted, boolean queued) -> {
        generation = accepted;
        begun |= !queued;
        context.watchWith(accepted, new GenerateStep.GenerationEnded(id.attempt()));
      }
      case InferenceNode.Queued queued -> {}
      case InferenceNode.Started started -> begun = true;
      case InferenceNode.Rejected rejected -> {}
    }
  }

  /** Whether the attempt has left the queue for its upstream. */
  boolean isBegun() {
    return begun;
  }

  /** Whether the stream has brought nothing yet; once it has, the Conduit tells of its end. */
  boolean isSilent() {
    return silent;
  }

  /** The stream has brought something. */
  void heard() {
    silent = false;
  }

  /** The stream has ended, and its generation with it. */
  void ended() {
    generation = null;
  }

  /** This attempt is over: watches nothing any more, and cancels a generation under way. */
  void release() {
    begun = false;
    silent = true;
    if (node != null) {
      context.unwatch(node);
      node = null;
    }
    if (generation != null) {
      context.unwatch(generation);
      generation.tell(Generation.Cancel.NOW);
      generation = null;
    }
  }

  /** Told here already, a refusal costs the user nothing. */
  private Parcel<ModelCall> parcel(Attempt attempt) {
    Parcel<ModelCall> parcel =
        dependencies
            .conduit()
            .parcels()
            .wrapFor(
                attempt.node(),
                attempt.call().withMaxOutputTokens(attempt.outputCap()),
                dependencies.codecs().calls());
    if (parcel instanceof Parcel.Refused<ModelCall>(WeirError error)) {
      throw error.asException();
    }
    return parcel;
  }

  private static Source<List<Delta>, ?> gathered(Source<Delta, ?> deltas) {
    return deltas.batchWeighted(
        GATHERED,
        delta -> (long) delta.size(),
        delta -> {
          List<Delta> first = new ArrayList<>(4);
          first.add(delta);
          return first;
        },
        (gathered, delta) -> {
          gathered.add(delta);
          return gathered;
        });
  }

  private Sink<List<Delta>, ?> step(int number) {
    return ActorSink.<List<Delta>, Command, Credit>actorRefWithBackpressure(
        context.getSelf(),
        (credit, gathered) -> new GenerateStep.Received(number, gathered, credit),
        GenerateStep.Opened::new,
        Credit.MORE,
        new GenerateStep.StreamEnded(number),
        failure -> new GenerateStep.StreamFailed(number, WeirError.of(failure)));
  }
}
