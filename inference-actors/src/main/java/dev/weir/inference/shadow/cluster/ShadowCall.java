package dev.weir.inference.shadow.cluster;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.shadow.Answer;
import dev.weir.inference.shadow.Draft;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.jspecify.annotations.Nullable;

/**
 * One call of a shadow, beside the call that is shown.
 *
 * <p>Asking → reading, once it has its slot → answered; compared and stopped when both have ended,
 * in whatever order. Any → stopped, and the exchange with the upstream closed, when the node does
 * not take the call or takes back its slot, when the call that is shown is given up, and at the
 * deployment's {@code timeouts.whole}. Reads by itself as fast as the upstream brings.
 */
final class ShadowCall {

  private static final int WINDOW = 64 * 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final String USER = "shadow";

  sealed interface Command {}

  /** What the call came to that is shown. */
  record Shown(Answer answer) implements Command {}

  /** There is nothing to compare with. */
  enum GiveUp implements Command {
    NOW
  }

  private record Replied(InferenceNode.Reply reply) implements Command {}

  private record StreamEnded(@Nullable WeirError failure) implements Command {}

  private record Lost(String code) implements Command {}

  private enum Overdue implements Command {
    NOW
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final ShadowRequest request;
  private final ActorRef<InferenceNode.Command> node;
  private final Shadows.Dependencies dependencies;
  private final Draft draft;
  private final Result result;
  private @Nullable ActorRef<Generation.Command> generation;
  private @Nullable UniqueKillSwitch stream;
  private @Nullable Parcel<ModelCall> parcel;
  private @Nullable Answer shown;
  private @Nullable Answer answer;
  private Instant began;
  private long inputTokens;
  private boolean overdue;

  static Behavior<Command> create(
      ShadowRequest request,
      ActorRef<InferenceNode.Command> node,
      Shadows.Dependencies dependencies,
      ActorRef<Shadows.Command> parent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ShadowCall(context, timers, request, node, dependencies, parent).begin()));
  }

  private ShadowCall(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ShadowRequest request,
      ActorRef<InferenceNode.Command> node,
      Shadows.Dependencies dependencies,
      ActorRef<Shadows.Command> parent) {
    context.setLoggerName(ShadowCall.class);
    this.context = context;
    this.timers = timers;
    this.request = request;
    this.node = node;
    this.dependencies = dependencies;
    this.draft = new Draft(dependencies.counter(), dependencies.clock());
    this.result = new Result(request, parent);
    this.began = dependencies.clock().instant();
  }

  private Behavior<Command> begin() {
    try {
      send(request.call().get());
    } catch (WeirException unfit) {
      result.dropped(unfit.error().code());
      return Behaviors.stopped();
    }
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(
            PostStop.class,
            stopped -> {
              close();
              return Behaviors.same();
            })
        .build();
  }

  private void send(ShadowRequest.Prepared prepared) {
    parcel =
        dependencies
            .conduit()
            .parcels()
            .wrapFor(node, prepared.call(), dependencies.codecs().calls());
    if (parcel instanceof Parcel.Refused<ModelCall>(WeirError error)) {
      throw error.asException();
    }
    inputTokens = prepared.inputTokens();
    Duration whole = request.route().deployment().timeouts().whole();
    Conduit.Inbound<Delta> inbound =
        dependencies.conduit().open(dependencies.codecs().deltas(), WINDOW, whole);
    read(inbound);
    node.tell(
        new InferenceNode.Generate(
            request.id(),
            request.route().deployment().name(),
            parcel,
            prepared.tokens(),
            inbound.ticket(),
            request.trace(),
            context.messageAdapter(InferenceNode.Reply.class, Replied::new),
            new Asker(USER, 1, Workload.BACKGROUND),
            inputTokens,
            null,
            whole,
            true,
            false));
    context.watchWith(node, new Lost("inference_node_lost"));
    timers.startSingleTimer("answer", new Lost("inference_node_silent"), ANSWER_WITHIN);
    timers.startSingleTimer(Overdue.NOW, Overdue.NOW, whole);
  }

  /** The draft is the stream's until that has ended, and then this actor's. */
  private void read(Conduit.Inbound<Delta> inbound) {
    Pair<UniqueKillSwitch, CompletionStage<Done>> running =
        inbound
            .source()
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(Sink.foreach(draft::add), Keep.both())
            .run(context.getSystem());
    stream = running.first();
    context.pipeToSelf(
        running.second(),
        (done, failure) -> new StreamEnded(failure == null ? null : WeirError.of(failure)));
  }

  private Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Replied(InferenceNode.Reply reply) -> onReply(reply);
      case StreamEnded(@Nullable WeirError failure) -> onEnd(failure);
      case Shown(Answer of) -> {
        shown = of;
        yield compared();
      }
      case GiveUp now -> {
        if (shown != null) {
          yield Behaviors.same();
        }
        result.givenUp();
        yield Behaviors.stopped();
      }
      case Lost(String code) -> drop(code);
      case Overdue now -> onOverdue();
    };
  }

  private Behavior<Command> onReply(InferenceNode.Reply reply) {
    timers.cancel("answer");
    return switch (reply) {
      case InferenceNode.Accepted accepted -> {
        generation = accepted.generation();
        yield accepted.queued() ? Behaviors.same() : started();
      }
      case InferenceNode.Started started -> started();
      case InferenceNode.Queued waits -> Behaviors.same();
      case InferenceNode.Rejected(var id, WeirError error) -> drop(error.code());
    };
  }

  private Behavior<Command> started() {
    began = dependencies.clock().instant();
    return Behaviors.same();
  }

  /** What has been answered is compared, whoever goes then. */
  private Behavior<Command> drop(String code) {
    if (answer != null) {
      return Behaviors.same();
    }
    result.dropped(code);
    return Behaviors.stopped();
  }

  /** Its node has ended a stream that ends neither well nor with a failure. */
  private Behavior<Command> onEnd(@Nullable WeirError failure) {
    if (overdue) {
      return answered("shadow_timeout");
    }
    if (failure instanceof WeirError.Unavailable) {
      return drop(failure.code());
    }
    if (failure == null && !draft.isFinished()) {
      return drop("cut_short");
    }
    return answered(failure == null ? "" : failure.code());
  }

  private Behavior<Command> answered(String code) {
    answer = draft.answer(code, began, inputTokens, request.route().deployment().price());
    result.used(answer);
    close();
    return compared();
  }

  /** Its stream ends now, and with that the call. */
  private Behavior<Command> onOverdue() {
    overdue = answer == null;
    close();
    return Behaviors.same();
  }

  private Behavior<Command> compared() {
    if (shown == null || answer == null) {
      return Behaviors.same();
    }
    result.compared(shown, answer);
    return Behaviors.stopped();
  }

  private void close() {
    timers.cancel(Overdue.NOW);
    if (parcel != null) {
      dependencies.conduit().parcels().release(parcel);
    }
    if (stream != null) {
      stream.shutdown();
    }
    if (generation != null) {
      generation.tell(Generation.Cancel.NOW);
    }
  }
}
