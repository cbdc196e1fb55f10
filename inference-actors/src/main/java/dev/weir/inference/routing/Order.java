package dev.weir.inference.routing;

import dev.weir.inference.catalog.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * In which order a model's deployments are tried: its routes as drawn by weight, each once, then
 * its fallbacks. A route of weight 0 is taken only where all have that. Not thread safe.
 */
final class Order {

  private final RandomGenerator random;

  Order(RandomGenerator random) {
    this.random = random;
  }

  List<String> of(Model model) {
    List<Model.Route> left =
        new ArrayList<>(model.routes().stream().filter(route -> route.weight() > 0).toList());
    if (left.isEmpty()) {
      left.addAll(model.routes());
    }
    List<String> order = new ArrayList<>();
    while (!left.isEmpty()) {
      order.add(left.remove(draw(left)).deployment());
    }
    model.fallback().stream().filter(name -> !order.contains(name)).forEach(order::add);
    return order;
  }

  private int draw(List<Model.Route> routes) {
    long total = routes.stream().mapToLong(Model.Route::weight).sum();
    long drawn = total == 0 || routes.size() == 1 ? 0 : random.nextLong(total);
    for (int index = 0; index < routes.size(); index++) {
      drawn -= routes.get(index).weight();
      if (drawn < 0) {
        return index;
      }
    }
    return 0;
  }
}
