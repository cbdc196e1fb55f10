package dev.weir.inference.catalog;

import java.util.List;

/** A name a client may ask for: weighted routes to deployments, then those to fall back to. */
public record Model(String name, List<Route> routes, List<String> fallback) {

  public Model {
    routes = List.copyOf(routes);
    fallback = List.copyOf(fallback);
  }

  /** One way to serve a model. */
  public record Route(String deployment, int weight) {}
}
