package dev.weir.inference.routing;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.CachePolicy;
import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.routing.Order.Way;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.jspecify.annotations.Nullable;

/**
 * Chooses deployment and inference node for each attempt, from what the nodes report of their load.
 * One per orchestrator node; holds nothing that must survive. While no node is known, a choice
 * waits a moment for one: a cluster that has just formed learns of its nodes by gossip.
 */
public final class InferenceRouter {

  public sealed interface Command {}

  /**
   * Asks where to send an attempt.
   *
   * @param user on whose behalf, as budgets know it
   * @param affinity equal values prefer the same node, so that its upstream's prefix cache is warm;
   *     empty spreads over all nodes
   * @param call what it is about
   * @param tried what was tried for the same answer, in that order
   * @param cache the call, where it may share an answer: equal ones go to the same deployment, by
   *     weight, and node; null where it must not
   */
  public record Choose(
      String model,
      Features call,
      String user,
      String affinity,
      Purpose purpose,
      List<Tried> tried,
      ActorRef<Choice> replyTo,
      @Nullable CacheCall cache)
      implements Command {}

  /** What an attempt is for. */
  public enum Purpose {
    /** To answer. */
    ANSWER,
    /** To go on with an answer that broke off. */
    GO_ON,
    /** To race another that has not spoken yet. */
    HEDGE
  }

  /**
   * A call that was chosen for is over.
   *
   * @param firstToken how long its first token took; null when none came
   */
  public record Over(String deployment, @Nullable Duration firstToken) implements Command {}

  /** What a call came to that a rollout looks at. */
  public record Observed(Trial trial, Seen seen) implements Command {}

  private enum Tell implements Command {
    NOW
  }

  private record NodesChanged(Set<ActorRef<InferenceNode.Command>> nodes) implements Command {}

  private record GaveUp(Choose choose) implements Command {}

  private record Reported(InferenceNode.Load load) implements Command {}

  /** Answers {@link Choose}. */
  public sealed interface Choice {}

  /**
   * Send it there.
   *
   * @param why in words, for whoever asks why a response was served there
   * @param pause how long to wait before
   * @param continuable whether, should it break off, another can go on
   * @param hedgeAfter how long to wait for its first token before another may race it; null for
   *     ever
   * @param trial what a rollout wants to know of it; null for nothing
   * @param degraded whether it serves another model than was asked for, whose queues are too long
   */
  public record Chosen(
      Deployment deployment,
      ActorRef<InferenceNode.Command> node,
      String why,
      Duration pause,
      boolean continuable,
      @Nullable Duration hedgeAfter,
      @Nullable Trial trial,
      boolean degraded)
      implements Choice {

    /** One of the model that was asked for. */
    public Chosen(
        Deployment deployment,
        ActorRef<InferenceNode.Command> node,
        String why,
        Duration pause,
        boolean continuable,
        @Nullable Duration hedgeAfter,
        @Nullable Trial trial) {
      this(deployment, node, why, pause, continuable, hedgeAfter, trial, false);
    }

    Chosen instead() {
      return new Chosen(deployment, node, why, pause, continuable, hedgeAfter, trial, true);
    }
  }

  /** Nobody can serve it, or nobody else: then the error is that of the last who was tried. */
  public record Unroutable(WeirError error) implements Choice {}

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How long outcomes of calls are gathered. */
  private static final Duration GATHERED = Duration.ofSeconds(1);

  private final TimerScheduler<Command> timers;
  private final Supplier<Catalog> catalog;
  private final RetrySettings retries;
  private final Trials trials;
  private final RetryBudgets budgets;
  private final Hedges hedges = new Hedges(System::nanoTime);
  private final RandomGenerator random;
  private final PeakEwma firstTokens = new PeakEwma(System::nanoTime);
  private final Order order;
  private final Set<Choose> waiting = new LinkedHashSet<>();
  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes;

  /** Gives a node the same name on every node. */
  private final ActorRefResolver names;

  /** Every node of the Receptionist's, and those of them that have said that they drain. */
  private final Set<ActorRef<InferenceNode.Command>> listed = new HashSet<>();

  private final Set<ActorRef<InferenceNode.Command>> draining = new HashSet<>();
  private final ActorRef<InferenceNode.Load> reports;

  /**
   * Starts afresh after a defect: what it knows, the nodes tell it again.
   *
   * @param keeper hears what calls came to that rollouts look at
   */
  public static Behavior<Command> create(
      Supplier<Catalog> catalog,
      RetrySettings retries,
      ActorRef<RolloutKeeper.Command> keeper,
      RandomGenerator random) {
    return create(catalog, retries, Location.NOWHERE, keeper, random);
  }

  /** The same, on a node that stands {@code here}. */
  public static Behavior<Command> create(
      Supplier<Catalog> catalog,
      RetrySettings retries,
      Location here,
      ActorRef<RolloutKeeper.Command> keeper,
      RandomGenerator random) {
    return Behaviors.supervise(started(catalog, retries, here, keeper, random))
        .onFailure(SupervisorStrategy.restart());
  }

  private static Behavior<Command> started(
      Supplier<Catalog> catalog,
      RetrySettings retries,
      Location here,
      ActorRef<RolloutKeeper.Command> keeper,
      RandomGenerator random) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.subscribe(InferenceNode.KEY, listings(context)));
          return Behaviors.withTimers(
              timers ->
                  new InferenceRouter(context, timers, catalog, retries, here, keeper, random)
                      .routing());
        });
  }

  private InferenceRouter(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Supplier<Catalog> catalog,
      RetrySettings retries,
      Location here,
      ActorRef<RolloutKeeper.Command> keeper,
      RandomGenerator random) {
    this.timers = timers;
    this.catalog = catalog;
    this.retries = retries;
    this.trials = new Trials(keeper);
    this.budgets = new RetryBudgets(retries, System::nanoTime);
    this.random = random;
    this.order = new Order(random, firstTokens);
    this.nodes = new NodeChoice<>(random, here);
    this.names = ActorRefResolver.get(context.getSystem());
    this.reports = context.messageAdapter(InferenceNode.Load.class, Reported::new);
  }

  private static ActorRef<Receptionist.Listing> listings(ActorContext<Command> context) {
    return context.messageAdapter(
        Receptionist.Listing.class,
        listing -> new NodesChanged(listing.getServiceInstances(InferenceNode.KEY)));
  }

  private Behavior<Command> routing() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Choose choose -> onChoose(choose);
            case GaveUp(Choose choose) -> onGaveUp(choose);
            case Over(String deployment, @Nullable Duration firstToken) ->
                firstTokens.ended(deployment, firstToken);
            case Observed(Trial trial, Seen seen) -> observed(trial, seen);
            case Tell now -> trials.tell();
            case NodesChanged(var current) -> onNodes(current);
            case Reported(InferenceNode.Load load) -> onLoad(load);
          }
          return Behaviors.same();
        });
  }

  private void onChoose(Choose choose) {
    if (nodes.isEmpty()) {
      waiting.add(choose);
      timers.startSingleTimer(choose, new GaveUp(choose), PATIENCE);
    } else {
      choose.replyTo().tell(choose(choose));
    }
  }

  private void observed(Trial trial, Seen seen) {
    if (trials.saw(trial, seen)) {
      timers.startSingleTimer(Tell.NOW, Tell.NOW, GATHERED);
    }
  }

  private void onGaveUp(Choose choose) {
    if (waiting.remove(choose)) {
      choose.replyTo().tell(choose(choose));
    }
  }

  private void onNodes(Set<ActorRef<InferenceNode.Command>> current) {
    listed.retainAll(current);
    draining.retainAll(current);
    current.stream()
        .filter(listed::add)
        .forEach(added -> added.tell(new InferenceNode.Observe(reports)));
    Set<ActorRef<InferenceNode.Command>> open = new HashSet<>(listed);
    open.removeAll(draining);
    nodes.replaceAll(open, InferenceRouter::isLocal);
    if (!nodes.isEmpty()) {
      waiting.forEach(choose -> choose.replyTo().tell(choose(choose)));
      waiting.forEach(timers::cancel);
      waiting.clear();
    }
  }

  private void onLoad(InferenceNode.Load load) {
    if (load.draining() && draining.add(load.node())) {
      onNodes(Set.copyOf(listed));
    }
    Map<String, Integer> busy = new HashMap<>();
    load.deployments()
        .forEach((deployment, calls) -> busy.put(deployment, calls.running() + calls.waiting()));
    nodes.report(load.node(), busy);
    nodes.broken(load.node(), load.broken());
    nodes.site(load.node(), load.site());
  }

  private Choice choose(Choose choose) {
    Catalog now = catalog.get();
    try {
      return now.model(choose.model())
          .map(model -> orDegraded(model, now, choose))
          .orElseGet(() -> new Unroutable(unknown(choose.model())));
    } catch (WeirException refused) {
      return new Unroutable(refused.error());
    }
  }

  /** Where every queue of a model is too long, the model that stands in for it then. */
  private Choice orDegraded(Model model, Catalog now, Choose choose) {
    Choice choice = choose(model, now, choose);
    boolean backedUp =
        choice instanceof Unroutable
            && choose.purpose() == Purpose.ANSWER
            && new Trail(choose.tried(), retries).isBackedUp();
    return Optional.ofNullable(backedUp ? model.degradeTo() : null)
        .flatMap(now::model)
        .map(cheaper -> choose(cheaper, now, choose))
        .filter(Chosen.class::isInstance)
        .<Choice>map(chosen -> ((Chosen) chosen).instead())
        .orElse(choice);
  }

  /** The first that was not called yet; else, as far as retries may go, one that was. */
  private Choice choose(Model model, Catalog now, Choose choose) {
    Trail trail = new Trail(choose.tried(), retries);
    if (choose.purpose() == Purpose.HEDGE && !hedges.allows(model)) {
      return new Unroutable(trail.error());
    }
    List<Way> all =
        order(model, now, choose.cache())
            .of(model, choose.call(), choose.user(), name -> now.deployment(name).orElseThrow())
            .stream()
            .filter(way -> way.deployment().tags().containsAll(choose.call().tags()))
            .toList();
    if (all.isEmpty()) {
      return new Unroutable(noneTagged(choose));
    }
    boolean continuable = all.stream().anyMatch(way -> way.deployment().continues());
    Asked asked = new Asked(choose, model, trail, continuable, Trials.compared(model, now, choose));
    List<Way> open = all.stream().filter(way -> asked.mayTry(way.deployment())).toList();
    return first(open, true, asked)
        .or(() -> first(open, false, asked))
        .orElseGet(() -> new Unroutable(nowhere(open, trail)));
  }

  /** A canary that is not called for now, as it keeps failing, has failed this call, too. */
  private @Nullable Trial trial(Deployment deployment, Asked asked) {
    Canary canary = asked.canary();
    if (canary == null) {
      return null;
    }
    Trial trial = Trials.of(canary, asked.model(), asked.choose().user());
    if (trial.ofCanary() == deployment.name().equals(canary.deployment())) {
      return trial;
    }
    boolean broken =
        catalog
            .get()
            .deployment(canary.deployment())
            .filter(known -> !nodes.broken(known.label()).isEmpty())
            .isPresent();
    if (trial.ofCanary() && broken) {
      observed(trial, new Seen(-1, Verdict.FAILED));
    }
    return null;
  }

  private static WeirError noneTagged(Choose choose) {
    return new WeirError.InvalidRequest(
        "no_deployment_for_tags",
        "No deployment of '%s' has all of the tags %s; ask for another model, or for fewer tags."
            .formatted(choose.model(), new TreeSet<>(choose.call().tags())),
        "metadata." + Features.TAGS);
  }

  private WeirError nowhere(List<Way> open, Trail trail) {
    return open.stream()
        .map(Way::deployment)
        .filter(deployment -> !nodes.broken(deployment.label()).isEmpty())
        .findFirst()
        .filter(broken -> trail.tried().isEmpty())
        .map(Deployment::broken)
        .orElseGet(trail::error);
  }

  /** One question, and what it takes to answer it. */
  private record Asked(
      Choose choose, Model model, Trail trail, boolean continuable, @Nullable Canary canary) {

    boolean mayTry(Deployment deployment) {
      return trail.mayTry(deployment.name())
          && switch (choose.purpose()) {
            case ANSWER -> true;
            case GO_ON -> deployment.continues();
            case HEDGE -> !trail.hasFailed(deployment.name());
          };
    }
  }

  private Optional<Choice> first(List<Way> open, boolean fresh, Asked asked) {
    return open.stream()
        .filter(way -> asked.trail().isFresh(way.deployment().name()) == fresh)
        .sorted(Comparator.comparingInt(way -> asked.trail().calls(way.deployment().name())))
        .flatMap(way -> call(way, asked).stream())
        .findFirst();
  }

  private Optional<Choice> call(Way way, Asked asked) {
    Deployment deployment = way.deployment();
    String name = deployment.name();
    boolean retry = asked.trail().hasFailed(name);
    if (retry && !budgets.allow(asked.choose().user(), name)) {
      return Optional.empty();
    }
    return node(deployment, asked).map(node -> chosen(way, node, retry, asked));
  }

  /** A node may have the answer of a shared call also while its breaker is open. */
  private Optional<ActorRef<InferenceNode.Command>> node(Deployment deployment, Asked asked) {
    Set<ActorRef<InferenceNode.Command>> refusing =
        nodes.notFor(
            asked.choose().call().background() ? Workload.BACKGROUND : Workload.INTERACTIVE);
    refusing.addAll(asked.trail().refusing(deployment.name()));
    Set<ActorRef<InferenceNode.Command>> avoided = asked.trail().avoided();
    Optional<CacheOrder> shared = shared(deployment, asked.choose().cache());
    if (shared.isPresent()) {
      return nodes.pinned(shared.get().key(), refusing, avoided, names::toSerializationFormat);
    }
    Set<ActorRef<InferenceNode.Command>> closed = nodes.broken(deployment.label());
    closed.addAll(refusing);
    return nodes.choose(
        deployment.name(), deployment.slots(), asked.choose().affinity(), closed, avoided);
  }

  private static Optional<CacheOrder> shared(Deployment deployment, @Nullable CacheCall call) {
    return call == null ? Optional.empty() : CachePolicy.order(deployment, call, 0);
  }

  /** Calls that may share an answer draw the same. */
  private Order order(Model model, Catalog now, @Nullable CacheCall call) {
    boolean drawn = call != null && model.routes().size() > 1;
    return drawn
            && model.routes().stream()
                .flatMap(route -> now.deployment(route.deployment()).stream())
                .anyMatch(deployment -> shared(deployment, call).isPresent())
        ? new Order(new SplittableRandom(call.digest().hashCode()), firstTokens)
        : order;
  }

  private Chosen chosen(Way way, ActorRef<InferenceNode.Command> node, boolean retry, Asked asked) {
    Deployment deployment = way.deployment();
    String user = asked.choose().user();
    if (retry) {
      budgets.retried(user, deployment.name());
    } else if (!asked.trail().hasFollowed(deployment.name())) {
      budgets.called(user, deployment.name());
    }
    Purpose purpose = asked.choose().purpose();
    hedges.count(asked.model(), purpose);
    if (asked.model().choice() == Model.Choice.FIRST_TOKEN) {
      firstTokens.began(deployment.name());
    }
    return new Chosen(
        deployment,
        node,
        asked.trail().reason(way.why()),
        asked.trail().pause(deployment.name(), random),
        asked.continuable(),
        purpose == Purpose.ANSWER ? hedges.after(asked.model()) : null,
        trial(deployment, asked));
  }

  private static boolean isLocal(ActorRef<InferenceNode.Command> node) {
    return node.path().address().hasLocalScope();
  }

  private static WeirError unknown(String model) {
    return new WeirError.InvalidRequest(
        "model_not_found",
        "There is no model '" + model + "'; GET /v1/models lists what there is.",
        "model");
  }
}
