package dev.weir.inference.catalog;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name a client may ask for: weighted routes to deployments, then those to fall back to.
 *
 * @param choice how one of the routes is chosen
 * @param hedge null for none
 * @param canary null for none
 * @param shadow null for none
 * @param degradeTo the model that answers while its queues are too long; null for none
 */
public record Model(
    String name,
    List<Route> routes,
    List<String> fallback,
    Choice choice,
    @Nullable Hedge hedge,
    @Nullable Canary canary,
    @Nullable Shadow shadow,
    @Nullable String degradeTo) {

  public Model {
    routes = List.copyOf(routes);
    fallback = List.copyOf(fallback);
  }

  /** Whether a route has a rule that is for such a call. */
  public boolean hasRuleFor(Features call) {
    return routes.stream().anyMatch(route -> route.when() != null && route.when().isFor(call));
  }

  /** Whether it names a deployment, for whatever purpose. */
  boolean uses(String deployment) {
    return fallback.contains(deployment)
        || (canary != null && canary.deployment().equals(deployment))
        || (shadow != null && shadow.deployment().equals(deployment))
        || routes.stream().anyMatch(route -> route.deployment().equals(deployment));
  }

  /**
   * One way to serve a model.
   *
   * @param when the calls that it is for, and that go there before all others; null for any
   */
  public record Route(String deployment, int weight, @Nullable Rule when) {}

  /** How one of several routes is chosen. */
  public enum Choice {
    /** Drawn anew for each call. */
    WEIGHT,
    /** Drawn once for each user, who stays with it: for A/B tests. */
    USER,
    /** The cheapest, then by weight. */
    PRICE,
    /** The one whose first token is expected soonest. */
    FIRST_TOKEN
  }

  /**
   * A second call that races the first.
   *
   * @param after how long the first has to bring a token before
   * @param share how many of the calls may be raced
   */
  public record Hedge(Duration after, double share) {}
}
