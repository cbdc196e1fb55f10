package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.orchestrator.plan.GenerateStep.Command;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.typed.javadsl.ActorSink;

/**
 * Brings an attempt to its inference node, and its deltas back to the step. While the step
 * withholds its credit they are gathered, up to {@value #GATHERED} bytes; beyond that the demand
 * stops, back to the provider's socket.
 */
final class Dispatch {

  private static final long GATHERED = 16 * 1024;
  private static final int WINDOW = 64 * 1024;

  private final ActorContext<Command> context;
  private final GenerateStep.Spec spec;
  private final GenerateStep.Dependencies dependencies;

  Dispatch(
      ActorContext<Command> context,
      GenerateStep.Spec spec,
      GenerateStep.Dependencies dependencies) {
    this.context = context;
    this.spec = spec;
    this.dependencies = dependencies;
  }

  /**
   * Asks the attempt's node to make it.
   *
   * @throws WeirException if there is no room to send the call
   */
  void send(Attempt attempt, ActorRef<InferenceNode.Reply> replyTo) {
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
                replyTo));
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
        credit -> new GenerateStep.Opened(number, credit),
        Credit.MORE,
        new GenerateStep.StreamEnded(number),
        failure -> new GenerateStep.StreamFailed(number, WeirError.of(failure)));
  }
}
