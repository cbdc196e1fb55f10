package dev.weir.inference.routing;

import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Model.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * In which order a model's deployments are tried, and why: first the route whose rule the call
 * meets, or, where there is none, the canary if the user has it; then the others as the model
 * chooses among them, then its fallbacks. A route of weight 0 is taken only where all have that.
 * Not thread safe.
 */
final class Order {

  /**
   * One way to go.
   *
   * @param why for whoever asks why a response was served there
   */
  record Way(Deployment deployment, String why) {}

  private final RandomGenerator random;
  private final PeakEwma firstTokens;

  Order(RandomGenerator random, PeakEwma firstTokens) {
    this.random = random;
    this.firstTokens = firstTokens;
  }

  /**
   * The order for one call.
   *
   * @param user who asks
   * @param deployments by name; all that the model names are there
   */
  List<Way> of(Model model, Features call, String user, Function<String, Deployment> deployments) {
    List<Way> order = new ArrayList<>();
    for (Route route : model.routes()) {
      if (route.when() != null && route.when().isFor(call)) {
        order.add(new Way(deployments.apply(route.deployment()), route.when().reason()));
      }
    }
    Canary canary = model.canary();
    if (canary != null && order.isEmpty() && canary.takes(user, model.name())) {
      order.add(
          new Way(deployments.apply(canary.deployment()), "canary, " + canary.share() + " %"));
    }
    List<Route> open = model.routes().stream().filter(route -> route.when() == null).toList();
    order.addAll(chosen(model, open, user, deployments));
    for (String name : model.fallback()) {
      order.add(new Way(deployments.apply(name), "fallback"));
    }
    Set<String> seen = new HashSet<>();
    return order.stream().filter(way -> seen.add(way.deployment().name())).toList();
  }

  private List<Way> chosen(
      Model model, List<Route> routes, String user, Function<String, Deployment> deployments) {
    return switch (model.choice()) {
      case WEIGHT -> drawn(routes, random, deployments, "weight");
      case USER -> drawn(routes, of(user, model), deployments, "the user's share, weight");
      case PRICE -> sorted(routes, deployments, Order::price, "the cheapest first");
      case FIRST_TOKEN ->
          sorted(
              routes,
              deployments,
              deployment -> firstTokens.cost(deployment.name()),
              "the soonest first token");
    };
  }

  /** The same for every call of a user, on every node. */
  private static RandomGenerator of(String user, Model model) {
    return new SplittableRandom((user + '\n' + model.name()).hashCode());
  }

  /** What a thousand tokens of input and as many of output cost. */
  private static double price(Deployment deployment) {
    return deployment.price().atMost(1_000, 1_000);
  }

  private List<Way> sorted(
      List<Route> routes,
      Function<String, Deployment> deployments,
      Function<Deployment, Double> by,
      String why) {
    return drawn(routes, random, deployments, why).stream()
        .map(way -> new Way(way.deployment(), why))
        .sorted(Comparator.comparingDouble(way -> by.apply(way.deployment())))
        .toList();
  }

  private static List<Way> drawn(
      List<Route> routes,
      RandomGenerator random,
      Function<String, Deployment> deployments,
      String why) {
    List<Route> left =
        new ArrayList<>(routes.stream().filter(route -> route.weight() > 0).toList());
    if (left.isEmpty()) {
      left.addAll(routes);
    }
    long total = total(left);
    List<Way> order = new ArrayList<>();
    while (!left.isEmpty()) {
      Route route = left.remove(draw(left, random));
      order.add(
          new Way(
              deployments.apply(route.deployment()),
              routes.size() == 1 ? "the only route" : why + " " + route.weight() + " of " + total));
    }
    return order;
  }

  private static int draw(List<Route> routes, RandomGenerator random) {
    long total = total(routes);
    long drawn = total == 0 || routes.size() == 1 ? 0 : random.nextLong(total);
    for (int index = 0; index < routes.size(); index++) {
      drawn -= routes.get(index).weight();
      if (drawn < 0) {
        return index;
      }
    }
    return 0;
  }

  private static long total(List<Route> routes) {
    return routes.stream().mapToLong(Route::weight).sum();
  }
}
