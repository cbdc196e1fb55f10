package dev.weir.inference.warm;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Warming;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.Upstream;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.stream.javadsl.Sink;
import org.jspecify.annotations.Nullable;

/**
 * Readies the upstreams of a node's deployments, and keeps them so as the catalog changes: opens
 * connections to each and, where that is wanted, asks whether key and model are right.
 *
 * <p>Each deployment: pending → ok when all went well; pending → failed otherwise, which is tried
 * again after a pause that grows, until it is ok. The node counts as ready once none of the
 * deployments it began with is pending any more; one that takes longer than its {@code timeout} is
 * not waited for, and neither is one that failed, unless it is {@code required}.
 */
public final class Warmer {

  /** Under which every node's is found. */
  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "warmth");

  public sealed interface Command {}

  /** Asks how this node stands with its upstreams. */
  public record Survey(ActorRef<Census> replyTo) implements Command, WireMessage {}

  /** Answers {@link Survey}, by deployment; those that need no warming are not among them. */
  public record Census(Map<String, Standing> deployments) implements WireMessage {
    public Census {
      deployments = Map.copyOf(deployments);
    }
  }

  private record Reached(Ward ward, @Nullable WeirError failure, String note) implements Command {}

  private record Again(Ward ward) implements Command {}

  private record Late(Ward ward) implements Command {}

  private enum Begin implements Command {
    NOW
  }

  private enum Look implements Command {
    NOW
  }

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final String BUILTIN = "builtin";

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Supplier<Catalog> catalog;
  private final Function<Deployment, Provider> providers;
  private final Runnable ready;
  private final RandomGenerator random;
  private final Map<String, Ward> wards = new HashMap<>();

  /** A way to each origin that connections are kept to. */
  private final Map<String, Upstream> kept = new HashMap<>();

  /** Those that the node waits for. */
  private final Set<Ward> awaited = new HashSet<>();

  private @Nullable Catalog adopted;
  private boolean begun;

  /**
   * One that begins when the node knows its catalog.
   *
   * @param known does what it is given once this node knows its catalog
   * @param ready is run when the node need not wait any longer
   */
  public static Behavior<Command> create(
      Supplier<Catalog> catalog,
      Consumer<Runnable> known,
      Function<Deployment, Provider> providers,
      Runnable ready,
      RandomGenerator random) {
    Behavior<Command> warmer =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers -> {
                      ActorRef<Command> self = context.getSelf();
                      context.getSystem().receptionist().tell(Receptionist.register(KEY, self));
                      known.accept(() -> self.tell(Begin.NOW));
                      return new Warmer(context, timers, catalog, providers, ready, random)
                          .working();
                    }));
    return Behaviors.supervise(warmer)
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                Duration.ofSeconds(1), Duration.ofMinutes(1), 0.2));
  }

  private Warmer(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Supplier<Catalog> catalog,
      Function<Deployment, Provider> providers,
      Runnable ready,
      RandomGenerator random) {
    this.context = context;
    this.timers = timers;
    this.catalog = catalog;
    this.providers = providers;
    this.ready = ready;
    this.random = random;
  }

  private Behavior<Command> working() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(PostStop.class, stopped -> leaveAll())
        .onSignal(PreRestart.class, restarts -> leaveAll())
        .build();
  }

  private Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Begin now -> begin();
      case Look now -> look();
      case Reached reached -> onReached(reached);
      case Again(Ward ward) -> warm(ward);
      case Late(Ward ward) -> waitNoMore(ward);
      case Survey(var replyTo) -> replyTo.tell(census());
    }
    return Behaviors.same();
  }

  private void begin() {
    timers.startTimerWithFixedDelay(Look.NOW, INTERVAL);
    adopt();
    wards.values().forEach(this::await);
    begun = true;
    readyIfNoneIsAwaited();
  }

  private void await(Ward ward) {
    awaited.add(ward);
    if (!ward.warming().required()) {
      Late late = new Late(ward);
      timers.startSingleTimer(late, late, ward.warming().timeout());
    }
  }

  private void look() {
    adopt();
    wards.values().forEach(Ward::measure);
  }

  /** Goes on with the catalog as it now is. */
  private void adopt() {
    Catalog now = catalog.get();
    if (now == adopted) {
      return;
    }
    adopted = now;
    for (Ward ward : List.copyOf(wards.values())) {
      String name = ward.deployment().name();
      if (!now.deployment(name).filter(ward.deployment()::equals).isPresent()) {
        leave(ward);
      }
    }
    List<Ward> added =
        now.deployments().stream()
            .filter(it -> !wards.containsKey(it.name()) && !it.provider().equals(BUILTIN))
            .flatMap(it -> ward(it).stream())
            .toList();
    added.forEach(ward -> wards.put(ward.deployment().name(), ward));
    balance();
    added.forEach(this::warm);
  }

  private Optional<Ward> ward(Deployment deployment) {
    Warming warming = Warming.from(deployment);
    return warming.isOn()
        ? providers.apply(deployment).upstream().map(it -> new Ward(deployment, warming, it))
        : Optional.empty();
  }

  /** Origins that nothing needs any more are let go, those of the others have what they need. */
  private void balance() {
    Map<String, Upstream> needed = new HashMap<>();
    wards.values().forEach(ward -> needed.put(ward.upstream().origin(), ward.upstream()));
    kept.forEach(
        (origin, upstream) -> {
          if (!needed.containsKey(origin)) {
            upstream.keep(0);
          }
        });
    kept.clear();
    kept.putAll(needed);
    kept.forEach((origin, upstream) -> upstream.keep(connections(origin)));
  }

  /** Deployments of one origin share what the one of them needs that needs most. */
  private int connections(String origin) {
    return wards.values().stream()
        .filter(ward -> ward.upstream().origin().equals(origin))
        .mapToInt(ward -> ward.warming().connections())
        .max()
        .orElse(0);
  }

  private void warm(Ward ward) {
    if (wards.get(ward.deployment().name()) == ward) {
      Upstream upstream = ward.upstream();
      CompletionStage<String> reached =
          upstream
              .keep(connections(upstream.origin()))
              .thenCompose(
                  open ->
                      ward.warming().probe()
                          ? probe(upstream)
                          : CompletableFuture.completedFuture(""));
      context.pipeToSelf(
          reached,
          (note, failure) ->
              failure == null
                  ? new Reached(ward, null, note)
                  : new Reached(ward, WeirError.of(failure), ""));
    }
  }

  private CompletionStage<String> probe(Upstream upstream) {
    return upstream
        .probe()
        .completionTimeout(ANSWER_WITHIN)
        .mapError(
            TimeoutException.class,
            silence -> UpstreamError.firstTokenTimeout(ANSWER_WITHIN).asException())
        .runWith(Sink.head(), context.getSystem());
  }

  private void onReached(Reached reached) {
    Ward ward = reached.ward();
    if (wards.get(ward.deployment().name()) != ward) {
      return;
    }
    ward.reached(reached.failure(), reached.note());
    if (reached.failure() != null) {
      Again again = new Again(ward);
      timers.startSingleTimer(again, again, ward.pause(random));
    }
    if (reached.failure() == null || !ward.warming().required()) {
      waitNoMore(ward);
    }
  }

  private void leave(Ward ward) {
    wards.remove(ward.deployment().name());
    timers.cancel(new Again(ward));
    ward.leave();
    waitNoMore(ward);
  }

  private Behavior<Command> leaveAll() {
    List.copyOf(wards.values()).forEach(Ward::leave);
    kept.values().forEach(upstream -> upstream.keep(0));
    return Behaviors.same();
  }

  private void waitNoMore(Ward ward) {
    if (awaited.remove(ward)) {
      timers.cancel(new Late(ward));
      readyIfNoneIsAwaited();
    }
  }

  private void readyIfNoneIsAwaited() {
    if (begun && awaited.isEmpty()) {
      ready.run();
    }
  }

  private Census census() {
    Map<String, Standing> standings = new HashMap<>();
    wards.forEach((name, ward) -> standings.put(name, ward.standing()));
    return new Census(standings);
  }
}
