package dev.weir.inference.routing;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.cache.CacheCall;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Trial;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * @param shadow where it goes a second time; null for nowhere
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
      @Nullable ShadowRoute shadow,
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
      this(deployment, node, why, pause, continuable, hedgeAfter, trial, null, false);
    }

    Chosen instead() {
      return new Chosen(deployment, node, why, pause, continuable, hedgeAfter, trial, shadow, true);
    }
  }

  /** Nobody can serve it, or nobody else: then the error is that of the last who was tried. */
  public record Unroutable(WeirError error) implements Choice {}

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How long outcomes of calls are gathered. */
  private static final Duration GATHERED = Duration.ofSeconds(1);

  private final TimerScheduler<Command> timers;
  private final Supplier<Catalog> catalog;
  private final Routing routing;
  private final Trials trials;
  private final Set<Choose> waiting = new LinkedHashSet<>();
  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes;

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
    this.trials = new Trials(keeper);
    this.nodes = new NodeChoice<>(random, here);
    ActorRefResolver names = ActorRefResolver.get(context.getSystem());
    this.routing =
        new Routing(nodes, names::toSerializationFormat, retries, random, this::observed);
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
                routing.over(deployment, firstToken);
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
      choose.replyTo().tell(routing.answer(catalog.get(), choose));
    }
  }

  private void observed(Trial trial, Seen seen) {
    if (trials.saw(trial, seen)) {
      timers.startSingleTimer(Tell.NOW, Tell.NOW, GATHERED);
    }
  }

  private void onGaveUp(Choose choose) {
    if (waiting.remove(choose)) {
      choose.replyTo().tell(routing.answer(catalog.get(), choose));
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
      waiting.forEach(choose -> choose.replyTo().tell(routing.answer(catalog.get(), choose)));
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

  private static boolean isLocal(ActorRef<InferenceNode.Command> node) {
    return node.path().address().hasLocalScope();
  }
}
