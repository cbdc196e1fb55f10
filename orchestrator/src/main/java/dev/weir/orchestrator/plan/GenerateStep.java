package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.plan.StepEvent.Result;
import dev.weir.orchestrator.response.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.typed.javadsl.ActorSink;
import org.jspecify.annotations.Nullable;

/**
 * One step that is one model call, through all its attempts.
 *
 * <p>Routing → Dispatching → Streaming → stopped. A failure that a retry can help, before anything
 * was produced, leads back to Routing after a pause; later attempts avoid the nodes that were lost.
 * Cancel ends any phase at once and closes the exchange with the upstream.
 *
 * <p>Deltas are gathered while the parent withholds its credit, up to {@value #GATHERED} bytes;
 * beyond that the demand stops, back to the provider's socket.
 */
public final class GenerateStep {

  private static final long GATHERED = 16 * 1024;
  private static final Duration ACCEPT_WITHIN = Duration.ofSeconds(5);

  public sealed interface Command {}

  /** Stop now. */
  public enum Cancel implements Command {
    NOW
  }

  private record Routed(InferenceRouter.Choice choice) implements Command {}

  private record Replied(InferenceNode.Reply reply) implements Command {}

  private record NoReply(int attempt) implements Command {}

  private record Opened(int attempt, ActorRef<Credit> credit) implements Command {}

  private record Received(int attempt, List<Delta> deltas, ActorRef<Credit> credit)
      implements Command {}

  private record StreamEnded(int attempt) implements Command {}

  private record StreamFailed(int attempt, WeirError error) implements Command {}

  private record NodeLost(int attempt) implements Command {}

  private enum Retry implements Command {
    NOW
  }

  /**
   * What to ask and for whom.
   *
   * @param id unique within the response
   * @param affinity see {@link InferenceRouter.Choose}
   * @param maxOutputTokens the caller's own cap, or null
   */
  public record Spec(
      String id,
      String responseId,
      Caller caller,
      String model,
      ModelCall call,
      @Nullable Integer maxOutputTokens,
      String affinity,
      TraceContext trace) {}

  /** What steps share on a node. */
  public record Dependencies(
      ActorRef<InferenceRouter.Command> router,
      Conduit conduit,
      Codec<Delta> codec,
      TokenCounter counter,
      InstantSource clock,
      RandomGenerator random) {}

  /** The attempt under way. */
  private record Attempt(
      int number,
      Deployment deployment,
      ActorRef<InferenceNode.Command> node,
      Tally tally,
      long inputTokens) {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Spec spec;
  private final Dependencies dependencies;
  private final ActorRef<StepEvent> parent;
  private final Instant startedAt;
  private final Set<ActorRef<InferenceNode.Command>> lost = new HashSet<>();
  private int attempts;
  private boolean announced;
  private @Nullable Attempt attempt;
  private @Nullable ActorRef<Generation.Command> generation;
  private @Nullable Instant firstDeltaAt;

  public static Behavior<Command> create(
      Spec spec, Dependencies dependencies, ActorRef<StepEvent> parent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new GenerateStep(context, timers, spec, dependencies, parent).route()));
  }

  private GenerateStep(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Spec spec,
      Dependencies dependencies,
      ActorRef<StepEvent> parent) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
    this.parent = parent;
    this.startedAt = dependencies.clock().instant();
  }

  private Behavior<Command> route() {
    attempts++;
    attempt = null;
    generation = null;
    dependencies
        .router()
        .tell(
            new InferenceRouter.Choose(
                spec.model(),
                spec.affinity(),
                attempts,
                Set.copyOf(lost),
                context.messageAdapter(InferenceRouter.Choice.class, Routed::new)));
    return running();
  }

  private Behavior<Command> running() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Routed(InferenceRouter.Choice choice) -> onChoice(choice);
              case Replied(var reply) ->
                  isCurrent(reply.id().attempt()) ? onReply(reply) : onLate(reply);
              case NoReply(int number) -> isCurrent(number) ? onLost() : same();
              case Opened(int number, ActorRef<Credit> credit) -> {
                credit.tell(Credit.MORE);
                yield same();
              }
              case Received received -> isCurrent(received.attempt()) ? onDeltas(received) : same();
              case StreamEnded(int number) -> isCurrent(number) ? onStreamEnded() : same();
              case StreamFailed(int number, WeirError error) ->
                  isCurrent(number) ? onFailure(error) : same();
              case NodeLost(int number) -> isCurrent(number) ? onLost() : same();
              case Retry now -> route();
              case Cancel now -> onCancel();
            });
  }

  private static Behavior<Command> same() {
    return Behaviors.same();
  }

  private boolean isCurrent(int number) {
    return attempt != null && attempt.number() == number;
  }

  private Behavior<Command> onChoice(InferenceRouter.Choice choice) {
    return switch (choice) {
      case InferenceRouter.Unroutable(WeirError error) -> retryOrEnd(error);
      case InferenceRouter.Chosen(Deployment deployment, var node) -> dispatch(deployment, node);
    };
  }

  private Behavior<Command> dispatch(Deployment deployment, ActorRef<InferenceNode.Command> node) {
    long input = InputBound.of(spec.call(), deployment, dependencies.counter());
    OutputCap cap = OutputCap.of(input, spec.maxOutputTokens(), deployment);
    if (cap.tokens() < 1) {
      return end(new StepEvent.Failed(cap.tooLong(input, deployment)));
    }
    int number = attempts;
    attempt = new Attempt(number, deployment, node, new Tally(dependencies.counter()), input);
    Conduit.Inbound<Delta> inbound = dependencies.conduit().open(dependencies.codec());
    receive(inbound.source(), number);
    timers.startSingleTimer(new NoReply(number), ACCEPT_WITHIN);
    context.watchWith(node, new NodeLost(number));
    node.tell(
        new InferenceNode.Generate(
            new GenerationId(spec.responseId(), spec.id(), number),
            deployment.name(),
            spec.call().withMaxOutputTokens(cap.tokens()),
            input + cap.tokens(),
            inbound.ticket(),
            spec.trace(),
            context.messageAdapter(InferenceNode.Reply.class, Replied::new)));
    return same();
  }

  private void receive(Source<Delta, ?> deltas, int number) {
    deltas
        .batchWeighted(
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
            })
        .runWith(
            ActorSink.<List<Delta>, Command, Credit>actorRefWithBackpressure(
                context.getSelf(),
                (credit, gathered) -> new Received(number, gathered, credit),
                credit -> new Opened(number, credit),
                Credit.MORE,
                new StreamEnded(number),
                failure -> new StreamFailed(number, WeirError.of(failure))),
            context.getSystem());
  }

  private Behavior<Command> onReply(InferenceNode.Reply reply) {
    timers.cancel(new NoReply(attempts));
    return switch (reply) {
      case InferenceNode.Rejected(var id, WeirError error) -> retryOrEnd(error);
      case InferenceNode.Accepted(var id, var accepted, boolean queued) -> {
        generation = accepted;
        if (!announced) {
          announced = true;
          parent.tell(new StepEvent.Accepted(spec.id()));
        }
        yield same();
      }
    };
  }

  private Behavior<Command> onLate(InferenceNode.Reply reply) {
    if (reply instanceof InferenceNode.Accepted accepted) {
      accepted.generation().tell(Generation.Cancel.NOW);
    }
    return same();
  }

  private Behavior<Command> onDeltas(Received received) {
    current().tally().add(received.deltas());
    if (firstDeltaAt == null) {
      firstDeltaAt = dependencies.clock().instant();
    }
    parent.tell(new StepEvent.Produced(spec.id(), received.deltas(), received.credit()));
    return same();
  }

  private Behavior<Command> onStreamEnded() {
    generation = null;
    var reason = current().tally().finish();
    return reason == null
        ? onFailure(
            new WeirError.ModelFailed("upstream_closed", "The model's answer broke off.", true))
        : end(new StepEvent.Finished(reason));
  }

  private Behavior<Command> onFailure(WeirError error) {
    if (error instanceof WeirError.Unavailable) {
      return onLost();
    }
    return current().tally().isEmpty() ? retryOrEnd(error) : end(new StepEvent.Failed(error));
  }

  private Behavior<Command> onLost() {
    lost.add(current().node());
    FinishReason finish = current().tally().finish();
    if (finish != null) {
      return end(new StepEvent.Finished(finish));
    }
    return current().tally().isEmpty()
        ? retryOrEnd(lostNode())
        : end(new StepEvent.CutShort("inference_node_lost"));
  }

  private Behavior<Command> onCancel() {
    return end(new StepEvent.Cancelled());
  }

  private Behavior<Command> retryOrEnd(WeirError error) {
    Backoff backoff = Backoff.DEFAULT;
    if (!error.retryable() || !backoff.allows(attempts + 1)) {
      return end(new StepEvent.Failed(error));
    }
    release();
    attempt = null;
    timers.startSingleTimer(Retry.NOW, backoff.before(attempts + 1, dependencies.random()));
    return same();
  }

  private Behavior<Command> end(Result result) {
    release();
    parent.tell(new StepEvent.Ended(spec.id(), outcome(result)));
    return Behaviors.stopped();
  }

  private void release() {
    if (attempt != null) {
      context.unwatch(attempt.node());
    }
    if (generation != null) {
      generation.tell(Generation.Cancel.NOW);
      generation = null;
    }
  }

  private StepEvent.Outcome outcome(Result result) {
    Instant now = dependencies.clock().instant();
    Usage usage = usage();
    return new StepEvent.Outcome(
        result,
        usage,
        attempt == null ? 0 : attempt.deployment().price().of(usage),
        attempts,
        attempt == null ? "" : attempt.deployment().name(),
        firstDeltaAt == null ? null : Duration.between(startedAt, firstDeltaAt),
        firstDeltaAt == null ? null : Duration.between(firstDeltaAt, now));
  }

  private Usage usage() {
    if (attempt == null) {
      return Usage.ZERO;
    }
    Usage reported = attempt.tally().reported();
    return reported != null ? reported : attempt.tally().seen(attempt.inputTokens());
  }

  private Attempt current() {
    if (attempt == null) {
      throw new IllegalStateException("no attempt under way");
    }
    return attempt;
  }

  private static WeirError lostNode() {
    return new WeirError.Unavailable(
        "inference_node_lost", "The inference node went away.", Duration.ofSeconds(1));
  }
}
