package dev.weir.inference.rollout.cluster;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.jspecify.annotations.Nullable;

/**
 * Watches every canary of the cluster: sends it back when it is worse than what it may replace, and
 * lets it go on to its next step when that is over. Both are changes of the catalog, so what is
 * decided is versioned, outlives this keeper, and is an operator's to undo. A cluster singleton;
 * with it only the calls of the current steps are lost.
 */
public final class RolloutKeeper {

  public sealed interface Command {}

  /** Calls that have ended at one node. */
  public record Report(Round round, List<Seen> canary, List<Seen> stable)
      implements Command, WireMessage {}

  private enum Tick implements Command {
    NOW
  }

  private record Written(Round round, Decision decision, @Nullable Throwable failure)
      implements Command {}

  /** Puts an entry into the catalog; fails with a conflict when that has changed meanwhile. */
  public interface Desk {
    CompletionStage<?> put(Section section, String name, String body, Changes.Terms terms);
  }

  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** How long a change waits that was refused, and not because another came first. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final ActorContext<Command> context;
  private final CatalogView view;
  private final Desk desk;
  private final LongSupplier nanos;
  private final Map<Round, Watch> watches = new HashMap<>();
  private final Set<String> shown = new HashSet<>();

  /** Makes this node one that may have the keeper; returns how to reach it, wherever it is. */
  public static ActorRef<Command> start(
      ActorSystem<?> system, String role, CatalogView view, Desk desk) {
    return ClusterSingleton.get(system)
        .init(
            SingletonActor.of(create(view, desk, System::nanoTime), "rollout-keeper")
                .withSettings(ClusterSingletonSettings.create(system).withRole(role)));
  }

  static Behavior<Command> create(CatalogView view, Desk desk, LongSupplier nanos) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers -> {
                          timers.startTimerWithFixedDelay(Tick.NOW, INTERVAL);
                          return new RolloutKeeper(context, view, desk, nanos).keeping();
                        })))
        .onFailure(SupervisorStrategy.restart());
  }

  private RolloutKeeper(
      ActorContext<Command> context, CatalogView view, Desk desk, LongSupplier nanos) {
    context.setLoggerName(RolloutKeeper.class);
    this.context = context;
    this.view = view;
    this.desk = desk;
    this.nanos = nanos;
  }

  private Behavior<Command> keeping() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(
            message -> {
              switch (message) {
                case Report report -> onReport(report);
                case Tick now -> onTick();
                case Written written -> onWritten(written);
              }
              return Behaviors.same();
            })
        .onSignal(
            PostStop.class,
            stopped -> {
              shown.forEach(model -> Metrics.canary(model, 0));
              return Behaviors.same();
            })
        .build();
  }

  /** The canary of a round that is under way. */
  private static Optional<Canary> running(Round round, CatalogView.Standing now) {
    return now.catalog()
        .model(round.model())
        .map(Model::canary)
        .filter(Canary::isRunning)
        .filter(it -> it.deployment().equals(round.deployment()) && it.step() == round.step());
  }

  /** Of a round that is over, or that this node does not know of yet, it means nothing. */
  private void onReport(Report report) {
    running(report.round(), view.standing())
        .ifPresent(
            canary -> {
              Watch watch =
                  watches.computeIfAbsent(
                      report.round(), round -> new Watch(canary, nanos.getAsLong()));
              watch.saw(report.canary(), report.stable());
              decide(report.round(), watch);
            });
  }

  private void onTick() {
    CatalogView.Standing now = view.standing();
    watches
        .entrySet()
        .removeIf(
            entry ->
                running(entry.getKey(), now)
                    .filter(canary -> canary.bounds().equals(entry.getValue().bounds()))
                    .isEmpty());
    watches.forEach(this::decide);
    show(now);
  }

  private void show(CatalogView.Standing now) {
    Map<String, Integer> shares = new HashMap<>();
    for (Model model : now.catalog().models()) {
      Canary canary = model.canary();
      if (canary != null) {
        shares.put(model.name(), canary.share());
      }
    }
    shown.forEach(model -> shares.putIfAbsent(model, 0));
    shares.forEach(Metrics::canary);
    shown.addAll(shares.keySet());
  }

  private void decide(Round round, Watch watch) {
    watch.decide(nanos.getAsLong()).ifPresent(decision -> write(round, decision));
  }

  /** Meant for the version that is known here: an operator who was faster wins. */
  private void write(Round round, Decision decision) {
    CatalogView.Standing now = view.standing();
    String body =
        view.model(now, round.model())
            .withValue("canary." + decision.key(), ConfigValueFactory.fromAnyRef(decision.value()))
            .root()
            .render(ConfigRenderOptions.concise());
    context.pipeToSelf(
        desk.put(
            Section.MODELS,
            round.model(),
            body,
            new Changes.Terms(now.version(), note(round, decision))),
        (stored, failure) -> new Written(round, decision, failure));
  }

  private static String note(Round round, Decision decision) {
    return "canary "
        + round.deployment()
        + switch (decision) {
          case Decision.GoOn(int step) -> " goes on to step " + step;
          case Decision.SendBack(var fault) -> " sent back: " + fault.reason();
        };
  }

  private void onWritten(Written written) {
    Throwable failure = written.failure();
    Round round = written.round();
    if (failure == null) {
      watches.remove(round);
      tell(round, written.decision());
      return;
    }
    WeirError error =
        WeirError.of(failure instanceof CompletionException ? failure.getCause() : failure);
    boolean overtaken = error instanceof WeirError.Conflict;
    if (!overtaken) {
      context.getLog().warn("The catalog does not take a change of {}: {}", round, error.message());
    }
    Duration pause = overtaken ? INTERVAL : PAUSE;
    Watch watch = watches.get(round);
    if (watch != null) {
      watch.notBefore(nanos.getAsLong() + pause.toNanos());
    }
  }

  private void tell(Round round, Decision decision) {
    switch (decision) {
      case Decision.GoOn(int step) ->
          context
              .getLog()
              .info("Canary {} of {} goes on to step {}", round.deployment(), round.model(), step);
      case Decision.SendBack(var fault) -> {
        Metrics.canaryStopped(round.model(), fault.kind().label());
        context
            .getLog()
            .warn(
                "Canary {} of {} is sent back: {}",
                round.deployment(),
                round.model(),
                fault.reason());
      }
    }
  }
}
