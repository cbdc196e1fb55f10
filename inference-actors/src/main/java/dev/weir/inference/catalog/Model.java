package dev.weir.inference.catalog;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name a client may ask for: weighted routes to deployments, then those to fall back to.
 *
 * @param hedge null for none
 */
public record Model(String name, List<Route> routes, List<String> fallback, @Nullable Hedge hedge) {

  public Model {
    routes = List.copyOf(routes);
    fallback = List.copyOf(fallback);
  }

  /** One way to serve a model. */
  public record Route(String deployment, int weight) {}

  /**
   * A second call that races the first.
   *
   * @param after how long the first has to bring a token before
   * @param share how many of the calls may be raced
   */
  public record Hedge(Duration after, double share) {}
}
