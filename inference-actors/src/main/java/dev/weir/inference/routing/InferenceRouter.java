package dev.weir.inference.routing;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.generation.InferenceNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

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
   * @param affinity equal values prefer the same node, so that its upstream's prefix cache is warm;
   *     empty spreads over all nodes
   * @param attempt from 1; later ones walk on to the model's fallbacks
   * @param avoid nodes that failed this step already
   */
  public record Choose(
      String model,
      String affinity,
      int attempt,
      Set<ActorRef<InferenceNode.Command>> avoid,
      ActorRef<Choice> replyTo)
      implements Command {}

  private record NodesChanged(Set<ActorRef<InferenceNode.Command>> nodes) implements Command {}

  private record GaveUp(Choose choose) implements Command {}

  private record Reported(InferenceNode.Load load) implements Command {}

  /** Answers {@link Choose}. */
  public sealed interface Choice {}

  /** Send it there. */
  public record Chosen(Deployment deployment, ActorRef<InferenceNode.Command> node)
      implements Choice {}

  /** Nobody can serve it. */
  public record Unroutable(WeirError error) implements Choice {}

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final TimerScheduler<Command> timers;
  private final Catalog catalog;
  private final RandomGenerator random;
  private final Set<Choose> waiting = new LinkedHashSet<>();
  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes;

  /** Every node of the Receptionist's, and those of them that have said that they drain. */
  private final Set<ActorRef<InferenceNode.Command>> listed = new HashSet<>();

  private final Set<ActorRef<InferenceNode.Command>> draining = new HashSet<>();
  private final ActorRef<InferenceNode.Load> reports;

  /** Starts afresh after a defect: what it knows, the nodes tell it again. */
  public static Behavior<Command> create(Catalog catalog, RandomGenerator random) {
    return Behaviors.supervise(started(catalog, random)).onFailure(SupervisorStrategy.restart());
  }

  private static Behavior<Command> started(Catalog catalog, RandomGenerator random) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.subscribe(InferenceNode.KEY, listings(context)));
          return Behaviors.withTimers(
              timers -> new InferenceRouter(context, timers, catalog, random).routing());
        });
  }

  private InferenceRouter(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Catalog catalog,
      RandomGenerator random) {
    this.timers = timers;
    this.catalog = catalog;
    this.random = random;
    this.nodes = new NodeChoice<>(random);
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
  }

  private Choice choose(Choose choose) {
    return catalog
        .model(choose.model())
        .flatMap(model -> catalog.deployment(deployment(model, choose.attempt())))
        .map(deployment -> choose(deployment, choose))
        .orElseGet(() -> new Unroutable(unknown(choose.model())));
  }

  private Choice choose(Deployment deployment, Choose choose) {
    return nodes
        .choose(deployment.name(), deployment.slots(), choose.affinity(), choose.avoid())
        .<Choice>map(node -> new Chosen(deployment, node))
        .orElseGet(() -> new Unroutable(noNode()));
  }

  /** By weight at first; each further attempt takes the next fallback, as far as there is one. */
  private String deployment(Model model, int attempt) {
    if (attempt > 1 && !model.fallback().isEmpty()) {
      return model.fallback().get(Math.min(attempt - 2, model.fallback().size() - 1));
    }
    int total = model.routes().stream().mapToInt(Model.Route::weight).sum();
    int drawn = total == 0 ? 0 : random.nextInt(total);
    for (Model.Route route : model.routes()) {
      drawn -= route.weight();
      if (drawn < 0) {
        return route.deployment();
      }
    }
    return model.routes().getFirst().deployment();
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

  private static WeirError noNode() {
    return new WeirError.Unavailable(
        "no_inference_node",
        "No inference node is up; start one with the role 'inference'.",
        Duration.ofSeconds(2));
  }
}
