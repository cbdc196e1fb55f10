package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.CachePolicy;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.plan.GenerateStep.Command;
import dev.weir.orchestrator.plan.StepEvent.Credit;
import dev.weir.orchestrator.user.Charge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.typed.javadsl.ActorSink;
import org.jspecify.annotations.Nullable;

/**
 * One attempt under way: its call at an inference node and, back from there, its deltas. While the
 * step withholds its credit they are gathered, up to {@value #GATHERED} bytes; beyond that the
 * demand stops, back to the provider's socket. A part of {@link GenerateStep}, used by its actor
 * alone.
 */
final class Exchange {

  private static final long GATHERED = 16 * 1024;
  private static final int WINDOW = 64 * 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepSpec spec;
  private final StepDependencies dependencies;
  private Attempt attempt;
  private final Observation observation;
  private final Instant began;
  private boolean begun;
  private boolean over;
  private @Nullable Duration firstToken;
  private boolean silent = true;
  private @Nullable ActorRef<Generation.Command> generation;

  Exchange(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StepSpec spec,
      StepDependencies dependencies,
      Attempt attempt,
      InferenceRouter.Chosen chosen) {
    this.context = context;
    this.timers = timers;
    this.spec = spec;
    this.dependencies = dependencies;
    this.attempt = attempt;
    this.observation = Observation.of(chosen, context.getSelf(), spec, dependencies);
    this.began = dependencies.clock().instant();
  }

  Attempt attempt() {
    return attempt;
  }

  /**
   * Asks its node to make it, now that it is paid for, and watches that node.
   *
   * @throws WeirException if there is no room to send the call
   */
  void send(Attempt granted) {
    attempt = granted;
    Parcel<ModelCall> call = parcel();
    Conduit.Inbound<Delta> inbound =
        dependencies
            .conduit()
            .open(dependencies.codecs().deltas(), WINDOW, attempt.deployment().timeouts().whole());
    gathered(inbound.source()).runWith(step(attempt.number()), context.getSystem());
    attempt
        .node()
        .tell(
            new InferenceNode.Generate(
                new GenerationId(spec.responseId(), spec.id(), attempt.number(), attempt.races()),
                attempt.deployment().name(),
                call,
                attempt.inputTokens() + attempt.outputCap(),
                inbound.ticket(),
                spec.trace(),
                context.messageAdapter(InferenceNode.Reply.class, GenerateStep.Replied::new),
                asker(),
                attempt.inputTokens(),
                order(),
                spec.allowance().left(dependencies.clock().instant()),
                false,
                attempt.together()));
    context.watchWith(attempt.node(), new GenerateStep.NodeGone(attempt.node()));
    timers.startSingleTimer(unanswered(), unanswered(), ANSWER_WITHIN);
  }

  private GenerateStep.NoAnswer unanswered() {
    return new GenerateStep.NoAnswer(attempt.number());
  }

  /** What goes together shares no answer: who joined would wait as long. */
  private @Nullable CacheOrder order() {
    if (attempt.together()) {
      return null;
    }
    return CachePolicy.order(
            attempt.deployment(), new CacheCall(attempt.call(), spec.model()), attempt.outputCap())
        .orElse(null);
  }

  private Asker asker() {
    String user = spec.caller().entityId();
    return new Asker(user, dependencies.tiers().tier(user).weight(), spec.workload());
  }

  /** The node has answered: from now on the generation is watched, too. */
  void answered(InferenceNode.Reply reply) {
    timers.cancel(unanswered());
    switch (reply) {
      case InferenceNode.Accepted(var id, var accepted, boolean queued, var origin) -> {
        attempt.tally().expect(origin);
        generation = accepted;
        begun |= !queued;
        context.watchWith(accepted, new GenerateStep.GenerationEnded(id.attempt()));
      }
      case InferenceNode.Queued queued -> {}
      case InferenceNode.Started started -> begun = true;
      case InferenceNode.Rejected rejected -> {}
    }
    if (begun) {
      observation.begun(attempt);
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
  void heard(List<Delta> deltas) {
    observation.add(attempt, deltas);
    if (silent) {
      silent = false;
      firstToken = attempt.together() ? null : sinceBegun();
    }
  }

  private Duration sinceBegun() {
    return Duration.between(began, dependencies.clock().instant());
  }

  /** What it failed by counts, where it is compared with others. */
  void failed(Tried.Why why, WeirError error) {
    observation.failed(why, error);
  }

  /** The stream has ended, and its generation with it. */
  void ended() {
    generation = null;
  }

  /** What it is charged when it is given up: nothing while its upstream has not heard of it. */
  Charge soFar() {
    return begun || !attempt.tally().isEmpty() ? attempt.seen() : new Charge.Nothing();
  }

  /**
   * It is over: watches nothing any more, and cancels a generation under way. The router learns how
   * long its first token took, or that none came, and what a rollout looks at.
   */
  void release() {
    if (over) {
      return;
    }
    over = true;
    if (!attempt.together()) {
      dependencies.router().tell(new InferenceRouter.Over(attempt.deployment().name(), firstToken));
    }
    observation.over(attempt, firstToken, sinceBegun()).ifPresent(dependencies.router()::tell);
    timers.cancel(unanswered());
    if (generation != null) {
      context.unwatch(generation);
      generation.tell(Generation.Cancel.NOW);
      generation = null;
    }
  }

  /** Told here already, a refusal costs the user nothing. */
  private Parcel<ModelCall> parcel() {
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

  /** A failure comes after every delta before it, however long these wait. */
  private static Source<Batch, ?> gathered(Source<Delta, ?> deltas) {
    return deltas
        .map(delta -> (Object) delta)
        .recover(new PFBuilder<Throwable, Object>().matchAny(WeirError::of).build())
        .batchWeighted(GATHERED, Batch::size, first -> new Batch().add(first), Batch::add);
  }

  /** Deltas, and after them what the stream failed with, if it did. */
  private static final class Batch {

    private final List<Delta> deltas = new ArrayList<>(4);
    private @Nullable WeirError failure;

    Batch add(Object piece) {
      if (piece instanceof Delta delta) {
        deltas.add(delta);
      } else {
        failure = (WeirError) piece;
      }
      return this;
    }

    static long size(Object piece) {
      return piece instanceof Delta delta ? delta.size() : 0;
    }
  }

  private Sink<Batch, ?> step(int number) {
    return ActorSink.<Batch, Command, Credit>actorRefWithBackpressure(
        context.getSelf(),
        (credit, batch) -> new GenerateStep.Received(number, batch.deltas, batch.failure, credit),
        GenerateStep.Opened::new,
        Credit.MORE,
        new GenerateStep.StreamEnded(number),
        failure -> new GenerateStep.StreamFailed(number, WeirError.of(failure)));
  }
}
