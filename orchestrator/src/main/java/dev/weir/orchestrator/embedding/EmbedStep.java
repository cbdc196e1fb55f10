package dev.weir.orchestrator.embedding;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.embedding.EmbedCodecs;
import dev.weir.inference.embedding.EmbedId;
import dev.weir.inference.embedding.EmbedReply;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.routing.Tried;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.plan.StepDependencies;
import dev.weir.orchestrator.user.Admission;
import dev.weir.orchestrator.user.Charge;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * One embeddings request, through all its attempts.
 *
 * <p>Opening → Routing → Reserving → Waiting → stopped. After a failure that may not come elsewhere
 * the router tells where to try next, if anywhere, and after which pause. It stops when its caller
 * does. Every attempt that reserved settles, however it ends.
 */
final class EmbedStep {

  private static final Duration ROUTE_WITHIN = Duration.ofSeconds(5);
  private static final int ROUTE_TRIES = 3;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** What an upstream's tokenizer puts around each input. */
  private static final long PER_INPUT = 2;

  sealed interface Command {}

  private record Opened(EmbedCall call) implements Command {}

  private record Unreadable(WeirError error) implements Command {}

  private record Routed(InferenceRouter.Choice choice) implements Command {}

  private record Unrouted(int tries) implements Command {}

  private record Admitted(Admission admission) implements Command {}

  private record NoAdmission(WeirError error) implements Command {}

  private record Replied(EmbedReply reply) implements Command {}

  private record NodeLost(int attempt) implements Command {}

  private enum CallerGone implements Command {
    NOW
  }

  private record Paused(InferenceRouter.Chosen next) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final EmbedHost.Embed request;
  private final StepDependencies dependencies;
  private final ActorRef<EmbedReply> replies;
  private final Span span;
  private final List<Tried> tried = new ArrayList<>();
  private EmbedCall call = new EmbedCall(List.of(), 0);
  private long estimate;
  private RateLimits limits = new RateLimits(List.of());
  private int attempts;
  private boolean reserved;
  private @Nullable EmbedAttempt attempt;

  static Behavior<Command> create(EmbedHost.Embed request, StepDependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new EmbedStep(context, timers, request, dependencies).open()));
  }

  private EmbedStep(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EmbedHost.Embed request,
      StepDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.request = request;
    this.dependencies = dependencies;
    this.replies = context.messageAdapter(EmbedReply.class, Replied::new);
    this.span = Stage.EMBEDDINGS.begin(request.trace()).tag("request.id", request.id());
  }

  private Behavior<Command> open() {
    context.watchWith(request.replyTo(), CallerGone.NOW);
    context.pipeToSelf(
        dependencies.conduit().parcels().open(request.call(), EmbedCodecs.CALLS),
        (opened, failure) ->
            failure == null ? new Opened(opened) : new Unreadable(WeirError.of(failure)));
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(PostStop.class, stopped -> onStopped())
        .build();
  }

  private Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Opened(EmbedCall opened) -> onOpened(opened);
      case Unreadable(WeirError error) -> fail(error);
      case Routed(InferenceRouter.Unroutable(WeirError error)) -> fail(error);
      case Routed(InferenceRouter.Chosen chosen) ->
          chosen.degraded() ? fail(tried.getLast().error()) : onChosen(chosen);
      case Unrouted(int tries) ->
          tries == ROUTE_TRIES ? fail(EmbedErrors.noRoute()) : route(tries + 1);
      case Paused(InferenceRouter.Chosen next) -> reserve(next.deployment(), next.node());
      case Admitted(Admission admission) -> onAdmission(admission);
      case NoAdmission(WeirError error) -> {
        settle(new Charge.Nothing());
        yield fail(error);
      }
      case Replied(EmbedReply reply) when isCurrent(reply.id().attempt()) -> onReply(reply);
      case Replied late -> Behaviors.same();
      case NodeLost(int number) when isCurrent(number) -> onLost();
      case NodeLost late -> Behaviors.same();
      case CallerGone now -> Behaviors.stopped();
    };
  }

  private boolean isCurrent(int number) {
    return attempt != null && attempt.id().attempt() == number;
  }

  private Behavior<Command> onOpened(EmbedCall opened) {
    call = opened;
    for (String input : opened.inputs()) {
      estimate += dependencies.counter().count(input);
    }
    return route(1);
  }

  private Behavior<Command> route(int tries) {
    List<Tried> before = List.copyOf(tried);
    context.ask(
        InferenceRouter.Choice.class,
        dependencies.router(),
        ROUTE_WITHIN,
        replyTo ->
            new InferenceRouter.Choose(
                request.model(),
                Features.NONE,
                user(),
                request.model(),
                InferenceRouter.Purpose.ANSWER,
                before,
                replyTo,
                null),
        (choice, silence) -> silence == null ? new Routed(choice) : new Unrouted(tries));
    return Behaviors.same();
  }

  /** Never of another model than was asked for: its vectors would mean something else. */
  private Behavior<Command> onChosen(InferenceRouter.Chosen chosen) {
    if (!tried.isEmpty()) {
      Metrics.retried(tried.getLast().error().code());
    }
    if (chosen.pause().isZero()) {
      return reserve(chosen.deployment(), chosen.node());
    }
    Paused paused = new Paused(chosen);
    timers.startSingleTimer(paused, paused, chosen.pause());
    return Behaviors.same();
  }

  private Behavior<Command> reserve(Deployment deployment, ActorRef<InferenceNode.Command> node) {
    try {
      checkLengths(deployment);
    } catch (WeirException tooLong) {
      return next(new Tried(deployment.name(), node, Tried.Why.FAILED, tooLong.error()));
    }
    attempts++;
    double margin = dependencies.margins().of(deployment);
    long bound = (long) Math.ceil((estimate + PER_INPUT * call.inputs().size()) * margin);
    EmbedAttempt next =
        new EmbedAttempt(
            new EmbedId(request.id(), attempts), deployment, node, bound, margin, null, false);
    attempt = next;
    reserved = true;
    context.pipeToSelf(
        new Entities<>(context.getSystem(), dependencies.users())
            .<Admission>ask(
                user(),
                replyTo ->
                    new User.Reserve(
                        next.key(),
                        next.demand(),
                        dependencies.settlements(),
                        replyTo,
                        span.context())),
        (admission, failure) ->
            failure == null ? new Admitted(admission) : new NoAdmission(WeirError.of(failure)));
    return Behaviors.same();
  }

  private void checkLengths(Deployment deployment) {
    for (int at = 0; at < call.inputs().size(); at++) {
      long tokens = dependencies.counter().count(call.inputs().get(at));
      if (tokens > deployment.contextWindow()) {
        throw EmbedErrors.tooLong(at, tokens, deployment).asException();
      }
    }
  }

  private String user() {
    return request.caller().entityId();
  }

  private Behavior<Command> onAdmission(Admission admission) {
    limits = admission.limits();
    return switch (admission) {
      case Admission.Refused refused -> {
        attempt = null;
        yield fail(refused.error());
      }
      case Admission.Granted granted -> send(current().granted(granted.reservation()));
    };
  }

  private Behavior<Command> send(EmbedAttempt granted) {
    attempt = granted;
    Parcel<EmbedCall> parcel =
        dependencies.conduit().parcels().wrapFor(granted.node(), call, EmbedCodecs.CALLS);
    if (parcel instanceof Parcel.Refused<EmbedCall>(WeirError full)) {
      settle(new Charge.Nothing());
      return fail(full);
    }
    granted
        .node()
        .tell(
            new InferenceNode.Embed(
                new EmbedRequest(
                    granted.id(),
                    granted.deployment().name(),
                    parcel,
                    estimate,
                    new Asker(
                        user(), dependencies.tiers().tier(user()).weight(), Workload.INTERACTIVE),
                    span.context(),
                    replies)));
    NodeLost lost = new NodeLost(granted.id().attempt());
    context.watchWith(granted.node(), lost);
    timers.startSingleTimer(NodeLost.class, lost, ANSWER_WITHIN);
    return Behaviors.same();
  }

  private Behavior<Command> onReply(EmbedReply reply) {
    timers.cancel(NodeLost.class);
    return switch (reply) {
      case EmbedReply.Accepted accepted -> Behaviors.same();
      case EmbedReply.Started started -> {
        attempt = current().started();
        yield Behaviors.same();
      }
      case EmbedReply.Embedded(var id, Parcel<Vectors> vectors, long tokens) ->
          finish(vectors, tokens);
      case EmbedReply.Refused(var id, WeirError error, long tokens) -> {
        Tried.Why why = current().begun() ? Tried.Why.FAILED : Tried.Why.REFUSED;
        Tried failed = current().tried(why, error);
        settle(tokens == 0 ? new Charge.Nothing() : charge(tokens));
        yield next(failed);
      }
    };
  }

  private static Charge charge(long tokens) {
    return tokens == Vectors.UNTOLD
        ? new Charge.Unknown()
        : new Charge.Used(new Usage(tokens, 0, 0, 0));
  }

  /** A parcel from another node goes on as it came; a value of this one is wrapped if it leaves. */
  private Behavior<Command> finish(Parcel<Vectors> vectors, long tokens) {
    EmbedAttempt done = current();
    if (tokens != Vectors.UNTOLD) {
      dependencies.margins().seen(done.deployment(), done.margin(), done.inputTokens(), tokens);
    }
    settle(charge(tokens));
    Parcel<Vectors> forwarded =
        vectors instanceof Parcel.Here<Vectors>(Vectors here)
            ? dependencies.conduit().parcels().wrapFor(request.replyTo(), here, EmbedCodecs.VECTORS)
            : vectors;
    request
        .replyTo()
        .tell(
            new EmbedHost.Embedded(
                forwarded, tokens == Vectors.UNTOLD ? estimate : tokens, limits));
    span.tag("deployment", done.deployment().name()).tag("attempts", attempts).finish();
    return Behaviors.stopped();
  }

  private Behavior<Command> onLost() {
    Tried lost = current().tried(Tried.Why.LOST, EmbedErrors.lostNode());
    settle(new Charge.Unknown());
    return next(lost);
  }

  /** Settles the attempt under way, which is then over. */
  private void settle(Charge charge) {
    EmbedAttempt over = current();
    attempt = null;
    timers.cancel(NodeLost.class);
    context.unwatch(over.node());
    dependencies.router().tell(new InferenceRouter.Over(over.deployment().name(), null));
    if (charge instanceof Charge.Used(Usage used)) {
      Metrics.tokens(over.deployment().label(), used.inputTokens(), 0, 0);
    }
    dependencies
        .settlements()
        .tell(
            new Settlements.Settle(user(), over.key(), over.reservation(), charge, span.context()));
  }

  private Behavior<Command> next(Tried failed) {
    tried.add(failed);
    return UpstreamError.mayFareBetterElsewhere(failed.error()) ? route(1) : fail(failed.error());
  }

  private Behavior<Command> fail(WeirError error) {
    request.replyTo().tell(new EmbedHost.Refused(error, limits));
    Metrics.failed(error.code());
    span.fail(error.code());
    return Behaviors.stopped();
  }

  /** Also when its caller has gone, or by a defect. */
  private Behavior<Command> onStopped() {
    if (attempt != null) {
      settle(attempt.begun() ? new Charge.Unknown() : new Charge.Nothing());
    }
    if (reserved) {
      dependencies.settlements().tell(new Settlements.EndRun(user(), request.id()));
    }
    span.fail("cancelled");
    return Behaviors.same();
  }

  private EmbedAttempt current() {
    if (attempt == null) {
      throw new IllegalStateException("no attempt under way");
    }
    return attempt;
  }
}
