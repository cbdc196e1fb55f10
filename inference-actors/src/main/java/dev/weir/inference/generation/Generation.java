package dev.weir.inference.generation;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.Terms;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitch;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of one model call: the provider's stream joined to the run's ticket.
 *
 * <p>Queued → Streaming on Start; Streaming → stopped when the stream ends; any → stopped on
 * Cancel, which closes the exchange with the upstream. The stream itself carries the outcome to the
 * run. Ends as well when whoever asked for it stops.
 */
public final class Generation {

  public sealed interface Command extends WireMessage {}

  /** A slot is free: at once, or after a wait, of whose end whoever asked is told. */
  enum Start implements Command {
    NOW,
    AFTER_WAITING
  }

  /** Give up at once. */
  public enum Cancel implements Command {
    NOW
  }

  private record Opened(ModelCall call) implements Command {}

  private record Unreadable(WeirError error) implements Command {}

  enum Ended implements Command {
    NOW
  }

  /** What generations share on a node. */
  public record Dependencies(
      Function<Deployment, Provider> providers,
      Conduit conduit,
      InferenceCodecs codecs,
      AnswerCache answers) {}

  private final ActorContext<Command> context;
  private final InferenceNode.Generate request;
  private final Deployment deployment;
  private final Dependencies dependencies;
  private final Listener listener;
  private final Provider provider;
  private final Span queue;
  private final long asked = System.nanoTime();

  /** A generation that waits for its start. */
  static Behavior<Command> create(
      InferenceNode.Generate request,
      Deployment deployment,
      Dependencies dependencies,
      Listener listener) {
    return Behaviors.setup(
        context -> {
          context.watchWith(request.replyTo(), Cancel.NOW);
          return new Generation(context, request, deployment, dependencies, listener).fetch();
        });
  }

  private Generation(
      ActorContext<Command> context,
      InferenceNode.Generate request,
      Deployment deployment,
      Dependencies dependencies,
      Listener listener) {
    this.context = context;
    this.request = request;
    this.deployment = deployment;
    this.dependencies = dependencies;
    this.listener = listener;
    this.provider = provider(deployment, dependencies);
    this.queue = tagged(stage(Stage.QUEUE).begin(request.trace()));
  }

  /** What nobody waits for has no part in what the stages of a request take. */
  private Stage stage(Stage wanted) {
    return request.spare() ? Stage.SHADOW : wanted;
  }

  private Span tagged(Span span) {
    return span.tag("deployment", deployment.name())
        .tag("provider", deployment.provider())
        .tag("attempt", request.id().attempt());
  }

  private Behavior<Command> fetch() {
    context.pipeToSelf(
        dependencies.conduit().parcels().open(request.call(), dependencies.codecs().calls()),
        (call, failure) ->
            failure == null ? new Opened(call) : new Unreadable(WeirError.of(failure)));
    return fetching(false);
  }

  private Behavior<Command> fetching(boolean started) {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Start start -> {
                tellOfStart(start);
                yield fetching(true);
              }
              case Opened(ModelCall call) -> started ? streaming(run(call)) : queued(call);
              case Unreadable(WeirError error) -> {
                queue.fail(error.code());
                refuse(error);
                yield Behaviors.stopped();
              }
              case Cancel now -> giveUp();
              case Ended now -> Behaviors.unhandled();
            });
  }

  private void refuse(WeirError error) {
    Source.<Delta>failed(error.asException())
        .runWith(
            dependencies.conduit().to(request.deltas(), dependencies.codecs().deltas()),
            context.getSystem());
  }

  private Behavior<Command> queued(ModelCall call) {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Start start -> {
                tellOfStart(start);
                yield streaming(run(call));
              }
              case Cancel now -> giveUp();
              case Opened late -> Behaviors.unhandled();
              case Unreadable late -> Behaviors.unhandled();
              case Ended early -> Behaviors.unhandled();
            });
  }

  private void tellOfStart(Start start) {
    if (start == Start.AFTER_WAITING) {
      request.replyTo().tell(new InferenceNode.Started(request.id()));
    }
  }

  private Behavior<Command> giveUp() {
    queue.tag("cancelled", 1).finish();
    return Behaviors.stopped();
  }

  private Behavior<Command> streaming(KillSwitch exchange) {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Start late -> Behaviors.unhandled();
              case Opened late -> Behaviors.unhandled();
              case Unreadable late -> Behaviors.unhandled();
              case Cancel now -> {
                exchange.shutdown();
                yield Behaviors.stopped();
              }
              case Ended now -> Behaviors.stopped();
            });
  }

  /** The provider as it is now, whatever becomes of the deployment while this waits. */
  private static Provider provider(Deployment deployment, Dependencies dependencies) {
    try {
      return dependencies.providers().apply(deployment);
    } catch (RuntimeException defect) {
      return call -> {
        throw defect;
      };
    }
  }

  /** A provider that throws fails the stream: the run hears of every end. */
  private Source<Delta, NotUsed> exchange(ModelCall call) {
    try {
      return provider.generate(call, new Terms(request.id().call(), left()));
    } catch (RuntimeException defect) {
      context.getLog().error("Deployment {} cannot be called", deployment.name(), defect);
      return Source.failed(WeirError.of(defect).asException());
    }
  }

  /** What is left of the time that there was when this was asked for. */
  private @Nullable Duration left() {
    @Nullable Duration left = request.left();
    if (left == null) {
      return null;
    }
    Duration rest = left.minusNanos(System.nanoTime() - asked);
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  private Watch.End told(Meter meter) {
    ActorRef<Command> self = context.getSelf();
    return new Watch.End() {
      @Override
      public void began(Duration firstToken) {
        if (!request.spare()) {
          Stage.FIRST_TOKEN.record(firstToken.toNanos());
        }
        listener.begun(self, firstToken);
      }

      @Override
      public void came(boolean answered, @Nullable WeirError failure) {
        listener.ended(self, answered, failure, meter.total());
      }
    };
  }

  private KillSwitch run(ModelCall call) {
    queue.finish();
    Span generation = tagged(stage(Stage.GENERATION).begin(request.trace()));
    ActorRef<Command> self = context.getSelf();
    Meter meter = new Meter(TokenCounter.estimate(), tokens -> listener.produced(self, tokens));
    Pair<? extends KillSwitch, CompletionStage<Done>> running =
        exchange(call)
            .via(new Watch(generation, meter, told(meter)))
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(
                dependencies.conduit().to(request.deltas(), dependencies.codecs().deltas()),
                Keep.both())
            .run(context.getSystem());
    running.second().whenCompleteAsync((done, failure) -> self.tell(Ended.NOW), Runnable::run);
    return running.first();
  }
}
