package dev.weir.inference.generation;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.embedding.Batcher;
import dev.weir.inference.embedding.Batchers;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.cluster.Limits;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Claim;
import dev.weir.inference.queue.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * Runs the generations of one node: a {@link dev.weir.inference.queue.FairQueue} per deployment,
 * one {@link Generation} per call. Routers find it in the Receptionist and hear of its load. Asked
 * to drain, it leaves the Receptionist and ends what it has.
 */
public final class InferenceNode {

  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "inference-node");

  public sealed interface Command extends WireMessage {}

  /**
   * Makes one model call and streams its deltas to {@code deltas}.
   *
   * @param tokens how many the call may take, for the queue's bound
   * @param replyTo hears {@link Accepted} or {@link Rejected}; of a longer wait {@link Queued}, and
   *     after it {@link Started}; when it stops, the generation stops
   * @param asker on whose behalf
   * @param inputTokens how many of the tokens are input
   * @param order how it shares its answer; null when it does not
   * @param left how long its answer is wanted; null for ever. One that shares its answer is made
   *     for whoever wants it longest
   * @param spare whether it is made only with what nobody else wants ({@link Spares})
   * @param together whether it goes to the upstream with others, as {@link
   *     dev.weir.inference.catalog.Together} says
   */
  public record Generate(
      GenerationId id,
      String deployment,
      Parcel<ModelCall> call,
      long tokens,
      Ticket deltas,
      TraceContext trace,
      ActorRef<Reply> replyTo,
      Asker asker,
      long inputTokens,
      @Nullable CacheOrder order,
      @Nullable Duration left,
      boolean spare,
      boolean together)
      implements Command {

    /** One that is wanted. */
    public Generate(
        GenerationId id,
        String deployment,
        Parcel<ModelCall> call,
        long tokens,
        Ticket deltas,
        TraceContext trace,
        ActorRef<Reply> replyTo,
        Asker asker,
        long inputTokens,
        @Nullable CacheOrder order,
        @Nullable Duration left) {
      this(
          id,
          deployment,
          call,
          tokens,
          deltas,
          trace,
          replyTo,
          asker,
          inputTokens,
          order,
          left,
          false,
          false);
    }

    /** The same call on behalf of those who share its answer. */
    Generate shared(Ticket to, ActorRef<Reply> answers) {
      return new Generate(
          id, deployment, call, tokens, to, trace, answers, asker, inputTokens, null, null);
    }

    Claim claim(Patience patience) {
      return new Claim(asker, inputTokens, tokens, patience);
    }
  }

  /** Makes vectors, in one upstream call with those that others want. */
  public record Embed(EmbedRequest request) implements Command {}

  /** Wants to hear this node's load whenever it changes, and once a second in any case. */
  public record Observe(ActorRef<Load> observer) implements Command {}

  /** Wants no new calls from now on; answers when the last one has ended. Only on its own node. */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  /** A generation that runs has brought so many more tokens. */
  record Produced(String deployment, ActorRef<Generation.Command> generation, long tokens)
      implements Command {}

  /** What came of an exchange with an upstream. */
  record Came(
      String deployment,
      ActorRef<Generation.Command> generation,
      boolean answered,
      @Nullable WeirError failure,
      OptionalLong tokens)
      implements Command {}

  /** A generation's answer has begun. */
  record Begun(String deployment, ActorRef<Generation.Command> generation, Duration firstToken)
      implements Command {}

  /** The owner of a limit has spoken. */
  private record Answered(Answer answer) implements Command {}

  private record Stopped(String deployment, ActorRef<Generation.Command> generation)
      implements Command {}

  private record EmbedEnded(String deployment, Batcher.Outcome outcome) implements Command {}

  private record BatcherGone(String deployment, ActorRef<Batcher.Command> batcher)
      implements Command {}

  private record AssemblyEnded(Deployment deployment) implements Command {}

  private record ObserverGone(ActorRef<Load> observer) implements Command {}

  private enum Report implements Command {
    TICK
  }

  private enum TellPositions implements Command {
    TICK
  }

  private enum Quiet implements Command {
    NOW
  }

  /** Answers {@link Generate}. */
  public sealed interface Reply extends WireMessage {
    GenerationId id();
  }

  /**
   * The call has a slot, or a place in the queue, or somebody else's answer.
   *
   * @param queued whether it costs nothing before {@link Started}
   */
  public record Accepted(
      GenerationId id, ActorRef<Generation.Command> generation, boolean queued, Origin origin)
      implements Reply {

    /** Older nodes know no other origin. */
    @SuppressWarnings("ConstantValue")
    public Accepted {
      origin = origin == null ? Origin.MODEL : origin;
    }

    /** A call of its own. */
    public Accepted(GenerationId id, ActorRef<Generation.Command> generation, boolean queued) {
      this(id, generation, queued, Origin.MODEL);
    }
  }

  /** The call was not taken; nothing reached an upstream. */
  public record Rejected(GenerationId id, WeirError error) implements Reply {}

  /** A call still waits, with {@code position - 1} calls before it as things are. */
  public record Queued(GenerationId id, int position) implements Reply {}

  /** A call that had to wait is on its way to the upstream, and costs from now on. */
  public record Started(GenerationId id) implements Reply {}

  /**
   * How busy a node is, by deployment. Idle deployments are left out, and beyond {@value
   * Reports#MOST} the least busy ones: it must fit into a message.
   *
   * @param taken how many calls the node has ever taken
   * @param draining whether it wants no new ones
   * @param site where it stands, and which work it takes
   * @param broken the {@link Deployment#label labels} of deployments whose upstream is not called
   *     for now
   */
  public record Load(
      ActorRef<Command> node,
      Map<String, Busy> deployments,
      long taken,
      boolean draining,
      Set<String> broken,
      Site site)
      implements WireMessage {

    /** The last two were added later: a node that does not know them sends none. */
    public Load {
      broken = broken == null ? Set.of() : Set.copyOf(broken);
      site = site == null ? Site.ANY : site;
    }
  }

  /** One deployment's part of a node's load. */
  public record Busy(int running, int waiting, int slots) {
    int calls() {
      return running + waiting;
    }
  }

  private static final Duration REPORT_INTERVAL = Duration.ofMillis(200);

  /** How long a router may take to hear that this node drains, and its last call to arrive. */
  private static final Duration LATECOMERS = Duration.ofMillis(500);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Supplier<Catalog> catalog;
  private final Site site;
  private final Generation.Dependencies dependencies;
  private final Queues queues;

  /** Takes the calls that share answers, and brings back one for each answer. */
  private final ActorRef<Flights.Command> flights;

  private final Batchers<Command> batchers;
  private final Assemblers assemblers;

  private final Reports reports;
  private final Leaving leaving = new Leaving();

  public static Behavior<Command> create(
      Supplier<Catalog> catalog, Generation.Dependencies dependencies, Limits limits) {
    return create(catalog, Runnable::run, Site.ANY, dependencies, limits);
  }

  /**
   * A node that routers find.
   *
   * @param known does what it is given once this node knows its catalog
   * @param site tells routers what to send here
   */
  public static Behavior<Command> create(
      Supplier<Catalog> catalog,
      Consumer<Runnable> known,
      Site site,
      Generation.Dependencies dependencies,
      Limits limits) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Report.TICK, REPORT_INTERVAL);
                  timers.startTimerWithFixedDelay(TellPositions.TICK, Positions.INTERVAL);
                  var registration = Receptionist.register(KEY, context.getSelf());
                  var receptionist = context.getSystem().receptionist();
                  known.accept(() -> receptionist.tell(registration));
                  return new InferenceNode(context, timers, catalog, site, dependencies, limits)
                      .serving();
                }));
  }

  private InferenceNode(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Supplier<Catalog> catalog,
      Site site,
      Generation.Dependencies dependencies,
      Limits limits) {
    this.site = site;
    this.reports = new Reports(context.getSelf(), site);
    this.context = context;
    this.timers = timers;
    this.catalog = catalog;
    this.dependencies = dependencies;
    this.flights = context.spawn(Flights.create(dependencies, context.getSelf()), "flights");
    this.batchers =
        new Batchers<>(
            context,
            dependencies.providers(),
            dependencies.conduit().parcels(),
            EmbedEnded::new,
            BatcherGone::new);
    this.assemblers = new Assemblers(context, dependencies, AssemblyEnded::new);
    this.queues = new Queues(limits, context.messageAdapter(Answer.class, Answered::new));
  }

  private Behavior<Command> serving() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Generate generate -> onGenerate(generate);
            case Embed(EmbedRequest request) -> onEmbed(request);
            case EmbedEnded(String deployment, var outcome) -> batchers.ended(deployment, outcome);
            case BatcherGone(String deployment, var batcher) -> batchers.gone(deployment, batcher);
            case AssemblyEnded(Deployment deployment) -> assemblers.ended(deployment);
            case Begun(String deployment, var generation, Duration firstToken) ->
                queues.with(deployment, served -> served.begun(generation, firstToken));
            case Produced(String deployment, var generation, long tokens) ->
                queues.with(deployment, served -> served.produced(generation, tokens));
            case Came(
                    String deployment,
                    var generation,
                    boolean answered,
                    var failure,
                    var tokens) ->
                queues.with(
                    deployment, served -> served.came(generation, answered, failure, tokens));
            case Answered(Answer answer) ->
                queues.with(answer.member().queue(), served -> served.answered(answer));
            case Stopped(String deployment, var generation) -> queues.ended(deployment, generation);
            case Observe(ActorRef<Load> observer) -> onObserve(observer);
            case ObserverGone(ActorRef<Load> observer) -> reports.remove(observer);
            case Report tick -> tick();
            case TellPositions tick -> queues.tellPositions();
            case Drain(ActorRef<Done> replyTo) -> onDrain(replyTo);
            case Quiet now -> leaving.quiet();
          }
          leaving.answer(queues.areEmpty() && batchers.isEmpty() && assemblers.isEmpty(), flights);
          return Behaviors.same();
        });
  }

  private void onGenerate(Generate generate) {
    Optional<WeirError> other = Shedding.notForThis(generate, site, leaving.isDraining());
    if (other.isPresent()) {
      Shedding.reject(generate, other.get());
      return;
    }
    adopt()
        .deployment(generate.deployment())
        .ifPresentOrElse(
            deployment -> offer(generate, deployment),
            () -> Shedding.reject(generate, Shedding.unknown(generate.deployment())));
  }

  private void onEmbed(EmbedRequest request) {
    reports.taken();
    adopt()
        .deployment(request.deployment())
        .ifPresentOrElse(
            deployment -> batchers.take(request, deployment, queues.breaker(deployment)),
            () -> Batchers.refuse(request, Shedding.unknown(request.deployment())));
  }

  /** What there is no room for is refused before its call is fetched. */
  private void offer(Generate generate, Deployment deployment) {
    if (generate.order() != null) {
      flights.tell(new Flights.Serve(generate, deployment, generate.order()));
      return;
    }
    reports.taken();
    if (generate.together()) {
      assemblers.take(generate, deployment);
      return;
    }
    Served served = queues.of(deployment);
    Optional<WeirError> refusal = served.refusal(generate);
    if (refusal.isPresent()) {
      Shedding.reject(generate, refusal.get());
    } else {
      take(generate, deployment, served);
    }
  }

  private void take(Generate generate, Deployment deployment, Served served) {
    ActorRef<Generation.Command> generation =
        context.spawnAnonymous(
            Generation.create(
                generate, deployment, dependencies, new Reporter(context.getSelf(), deployment)));
    context.watchWith(generation, new Stopped(deployment.name(), generation));
    served.take(generate, generation);
  }

  private void tick() {
    adopt();
    queues.tick();
    reports.tell(load());
  }

  private Catalog adopt() {
    Catalog now = catalog.get();
    queues.adopt(now);
    return now;
  }

  private void onObserve(ActorRef<Load> observer) {
    context.watchWith(observer, new ObserverGone(observer));
    reports.add(observer, load());
  }

  private Load load() {
    return reports.load(queues, batchers, leaving.isDraining());
  }

  /** Routers hear of it first; what is already on its way is still taken. */
  private void onDrain(ActorRef<Done> replyTo) {
    if (leaving.begin(replyTo)) {
      assemblers.close();
      queues.dismissSpares();
      context.getSystem().receptionist().tell(Receptionist.deregister(KEY, context.getSelf()));
      reports.tell(load());
      timers.startSingleTimer(Quiet.NOW, LATECOMERS);
    }
  }
}
