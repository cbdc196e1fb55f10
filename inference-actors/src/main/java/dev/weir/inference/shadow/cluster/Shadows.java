package dev.weir.inference.shadow.cluster;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.ShadowMetrics;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.shadow.Answer;
import dev.weir.inference.shadow.Outcome;
import dev.weir.inference.shadow.Sums;
import dev.weir.inference.token.TokenCounter;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * The shadows of the calls of one orchestrator node: a {@link ShadowCall} for each, {@value #MOST}
 * at once, and the sums of what they came to. Nobody waits for it: what a step tells it is told and
 * forgotten. The sums are lost with the node.
 */
public final class Shadows {

  /** Under which every node's is found. */
  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "shadows");

  /** How many are under way at once; more are dropped. */
  static final int MOST = 256;

  public sealed interface Command {}

  /**
   * A call has been sent upstream; its shadow is to be asked now.
   *
   * @param step sends the call; without it there is nothing to compare with
   */
  public record Begin(ShadowRequest request, ActorRef<?> step) implements Command {}

  /** What the call came to whose shadow has that id. */
  public record Shown(GenerationId id, Answer answer) implements Command {}

  /** It came to nothing that could be compared. */
  public record GiveUp(GenerationId id) implements Command {}

  /** Asks for the sums of this node. */
  public record Survey(ActorRef<Census> replyTo) implements Command, WireMessage {}

  /** Of which shadow of which model. */
  public record Pair(String model, String deployment) implements WireMessage {}

  /** One pair's sums. */
  public record Line(Pair pair, Sums sums) implements WireMessage {}

  /** Answers {@link Survey}. */
  public record Census(List<Line> lines) implements WireMessage {
    public Census {
      lines = List.copyOf(lines);
    }
  }

  /** One is over. */
  record Came(ShadowRequest request, Sums sums) implements Command {}

  private record CallGone(ShadowRequest request) implements Command {}

  private record StepGone(ActorRef<?> step) implements Command {}

  /** What shadows share on a node. */
  public record Dependencies(
      Supplier<Catalog> catalog,
      Conduit conduit,
      InferenceCodecs codecs,
      TokenCounter counter,
      InstantSource clock) {}

  private record Underway(ActorRef<ShadowCall.Command> call, ActorRef<?> step) {
    boolean isOf(ActorRef<?> other) {
      return step.equals(other);
    }
  }

  private final ActorContext<Command> context;
  private final Dependencies dependencies;
  private final Map<GenerationId, Underway> underway = new HashMap<>();
  private final Map<Pair, Sums> sums = new HashMap<>();

  public static Behavior<Command> create(Dependencies dependencies) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context -> {
                  context
                      .getSystem()
                      .receptionist()
                      .tell(Receptionist.register(KEY, context.getSelf()));
                  return new Shadows(context, dependencies).serving();
                }))
        .onFailure(SupervisorStrategy.restart());
  }

  private Shadows(ActorContext<Command> context, Dependencies dependencies) {
    this.context = context;
    this.dependencies = dependencies;
  }

  private Behavior<Command> serving() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Begin(ShadowRequest request, ActorRef<?> step) -> onBegin(request, step);
            case Shown(GenerationId id, Answer answer) -> tell(id, new ShadowCall.Shown(answer));
            case GiveUp(GenerationId id) -> tell(id, ShadowCall.GiveUp.NOW);
            case Came(ShadowRequest request, Sums came) -> count(request, came);
            case CallGone(ShadowRequest request) -> onGone(request);
            case StepGone(ActorRef<?> step) -> onStepGone(step);
            case Survey(ActorRef<Census> replyTo) -> replyTo.tell(census());
          }
          return Behaviors.same();
        });
  }

  private void onBegin(ShadowRequest request, ActorRef<?> step) {
    if (request.route().node() == null || underway.size() >= MOST) {
      drop(request);
      return;
    }
    ActorRef<ShadowCall.Command> call =
        context.spawnAnonymous(
            ShadowCall.create(request, request.route().node(), dependencies, context.getSelf()));
    context.watchWith(call, new CallGone(request));
    context.watchWith(step, new StepGone(step));
    underway.put(request.id(), new Underway(call, step));
  }

  private void drop(ShadowRequest request) {
    new ShadowMetrics(request.route().model(), request.route().deployment().label())
        .came(Outcome.DROPPED.label());
    count(request, Sums.of(Outcome.DROPPED));
  }

  private void tell(GenerationId id, ShadowCall.Command word) {
    Underway known = underway.get(id);
    if (known != null) {
      known.call().tell(word);
    }
  }

  private void onGone(ShadowRequest request) {
    Underway gone = underway.remove(request.id());
    if (gone != null && underway.values().stream().noneMatch(it -> it.isOf(gone.step()))) {
      context.unwatch(gone.step());
    }
  }

  private void onStepGone(ActorRef<?> step) {
    underway.values().stream()
        .filter(it -> it.isOf(step))
        .forEach(it -> it.call().tell(ShadowCall.GiveUp.NOW));
  }

  private void count(ShadowRequest request, Sums came) {
    Pair pair = new Pair(request.route().model(), request.route().shadow().deployment());
    sums.merge(pair, came, Sums::plus);
  }

  /** Of what the catalog has no more nothing is kept. */
  private Census census() {
    Catalog now = dependencies.catalog().get();
    sums.keySet().removeIf(pair -> !isOf(pair, now));
    return new Census(
        sums.entrySet().stream().map(of -> new Line(of.getKey(), of.getValue())).toList());
  }

  private static boolean isOf(Pair pair, Catalog now) {
    return now.model(pair.model())
        .map(Model::shadow)
        .filter(shadow -> shadow.deployment().equals(pair.deployment()))
        .isPresent();
  }
}
