package dev.weir.orchestrator.embedding;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import dev.weir.orchestrator.plan.StepDependencies;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.RateLimits;
import dev.weir.orchestrator.user.Settlements;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Serves the embeddings requests that come to one orchestrator node, an {@link EmbedStep} for each.
 * Gateways find it in the Receptionist. Asked to drain, it leaves that and ends what it has.
 */
public final class EmbedHost {

  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "embed-host");

  public sealed interface Command extends WireMessage {}

  /**
   * Wants vectors.
   *
   * @param id names the request, and is no other's
   * @param replyTo hears {@link Answer} once; when it stops, so does the work
   */
  public record Embed(
      String id,
      Caller caller,
      String model,
      Parcel<EmbedCall> call,
      TraceContext trace,
      ActorRef<Answer> replyTo)
      implements Command {}

  /** Wants no new requests; answers when the last one has ended and is settled. */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private enum Ended implements Command {
    ONE
  }

  private enum Quiet implements Command {
    NOW
  }

  /** Answers {@link Embed}. */
  public sealed interface Answer extends WireMessage {

    /** How the caller's limits stand; none when it is not known. */
    RateLimits limits();
  }

  /**
   * All vectors.
   *
   * @param tokens of the inputs, as the upstream counts them, else as they are estimated
   */
  public record Embedded(Parcel<Vectors> vectors, long tokens, RateLimits limits)
      implements Answer {}

  /** There are none. */
  public record Refused(WeirError error, RateLimits limits) implements Answer {}

  /** How long a gateway may take to hear that this host drains. */
  private static final Duration LATECOMERS = Duration.ofMillis(500);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StepDependencies dependencies;
  private final List<ActorRef<Done>> awaitingDrain = new ArrayList<>();
  private int requests;
  private boolean quiet;

  public static Behavior<Command> create(StepDependencies dependencies) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  context
                      .getSystem()
                      .receptionist()
                      .tell(Receptionist.register(KEY, context.getSelf()));
                  return new EmbedHost(context, timers, dependencies).hosting();
                }));
  }

  private EmbedHost(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StepDependencies dependencies) {
    this.context = context;
    this.timers = timers;
    this.dependencies = dependencies;
  }

  private Behavior<Command> hosting() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Embed embed -> onEmbed(embed);
            case Ended one -> requests--;
            case Drain(ActorRef<Done> replyTo) -> onDrain(replyTo);
            case Quiet now -> quiet = true;
          }
          answerDrained();
          return Behaviors.same();
        });
  }

  private void onEmbed(Embed embed) {
    requests++;
    context.watchWith(context.spawnAnonymous(EmbedStep.create(embed, dependencies)), Ended.ONE);
  }

  private void onDrain(ActorRef<Done> replyTo) {
    awaitingDrain.add(replyTo);
    context.getSystem().receptionist().tell(Receptionist.deregister(KEY, context.getSelf()));
    timers.startSingleTimer(Quiet.NOW, LATECOMERS);
  }

  private void answerDrained() {
    if (quiet && requests == 0) {
      awaitingDrain.forEach(
          replyTo -> dependencies.settlements().tell(new Settlements.Drain(replyTo)));
      awaitingDrain.clear();
    }
  }
}
