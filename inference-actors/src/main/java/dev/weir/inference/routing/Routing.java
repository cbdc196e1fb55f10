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
import dev.weir.inference.routing.InferenceRouter.Choice;
import dev.weir.inference.routing.InferenceRouter.Choose;
import dev.weir.inference.routing.InferenceRouter.Chosen;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.InferenceRouter.Unroutable;
import dev.weir.inference.routing.Order.Way;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Which deployment and which node serve a call, from what the catalog offers, what the nodes
 * report, what was tried and what retries may still be. A part of {@link InferenceRouter}, used by
 * its actor alone.
 */
final class Routing {

  private final NodeChoice<ActorRef<InferenceNode.Command>> nodes;
  private final Function<ActorRef<InferenceNode.Command>, String> names;
  private final RetrySettings retries;
  private final RetryBudgets budgets;
  private final Hedges hedges = new Hedges(System::nanoTime);
  private final RandomGenerator random;
  private final PeakEwma firstTokens = new PeakEwma(System::nanoTime);
  private final Order order;
  private final BiConsumer<Trial, Seen> observed;
  private final ShadowDraw shadows;

  /**
   * Knows nothing of any call yet.
   *
   * @param names gives a node the same name on every node
   * @param observed hears what calls came to that rollouts look at
   */
  Routing(
      NodeChoice<ActorRef<InferenceNode.Command>> nodes,
      Function<ActorRef<InferenceNode.Command>, String> names,
      RetrySettings retries,
      RandomGenerator random,
      BiConsumer<Trial, Seen> observed) {
    this.nodes = nodes;
    this.names = names;
    this.retries = retries;
    this.budgets = new RetryBudgets(retries, System::nanoTime);
    this.random = random;
    this.order = new Order(random, firstTokens);
    this.observed = observed;
    this.shadows = new ShadowDraw(nodes, random);
  }

  /** A call that was sent is over; null when no token came. */
  void over(String deployment, @Nullable Duration firstToken) {
    firstTokens.ended(deployment, firstToken);
  }

  /** Where the call goes, or why nowhere. */
  Choice answer(Catalog now, Choose choose) {
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
            .filter(way -> choose.call().mayGoTo(way.deployment()))
            .toList();
    if (all.isEmpty()) {
      return new Unroutable(noneTagged(choose));
    }
    boolean continuable = all.stream().anyMatch(way -> way.deployment().continues());
    Asked asked =
        new Asked(choose, now, model, trail, continuable, Trials.compared(model, now, choose));
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
        asked
            .catalog()
            .deployment(canary.deployment())
            .filter(known -> !nodes.broken(known.label()).isEmpty())
            .isPresent();
    if (trial.ofCanary() && broken) {
      observed.accept(trial, new Seen(-1, Verdict.FAILED));
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
      Choose choose,
      Catalog catalog,
      Model model,
      Trail trail,
      boolean continuable,
      @Nullable Canary canary) {

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
      return nodes.pinned(shared.get().place(), refusing, avoided, names);
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
    if (call == null || model.routes().size() < 2) {
      return order;
    }
    List<CacheOrder> shared =
        model.routes().stream()
            .flatMap(route -> now.deployment(route.deployment()).stream())
            .flatMap(deployment -> shared(deployment, call).stream())
            .toList();
    if (shared.isEmpty()) {
      return order;
    }
    boolean alike = shared.stream().anyMatch(any -> any.question() != null);
    String drawn = alike ? call.kin() : call.digest();
    return new Order(new SplittableRandom(drawn.hashCode()), firstTokens);
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
    boolean together = asked.choose().call().goesTogether(deployment);
    hedges.count(asked.model(), purpose);
    if (asked.model().choice() == Model.Choice.FIRST_TOKEN && !together) {
      firstTokens.began(deployment.name());
    }
    return new Chosen(
        deployment,
        node,
        asked.trail().reason(way.why()),
        asked.trail().pause(deployment.name(), random),
        asked.continuable(),
        purpose == Purpose.ANSWER && !together ? hedges.after(asked.model()) : null,
        trial(deployment, asked),
        together ? null : shadows.draw(asked.model(), asked.catalog(), asked.choose()),
        false);
  }

  private static WeirError unknown(String model) {
    return new WeirError.InvalidRequest(
        "model_not_found",
        "There is no model '" + model + "'; GET /v1/models lists what there is.",
        "model");
  }
}
