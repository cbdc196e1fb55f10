package dev.weir.orchestrator.pipeline;

import dev.weir.inference.item.Item;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.List;
import java.util.Map;

/** Makes a plan of a request. Asked for as the model {@code pipeline/<name>}. Thread safe. */
public interface Pipeline {

  Description description();

  /**
   * The plan that answers {@code request}.
   *
   * @param items the whole context: what was said before, and the request's input
   * @throws dev.weir.cluster.error.WeirException when the request's metadata cannot be read
   */
  Plan plan(ResponseRequest request, List<Item> items);

  /**
   * A pipeline in words.
   *
   * @param steps what its plans consist of, in order
   * @param metadata the keys that a request may set, and what they mean
   */
  record Description(
      String name, String description, List<String> steps, Map<String, String> metadata) {
    public Description {
      steps = List.copyOf(steps);
      metadata = Map.copyOf(metadata);
    }

    /** The model's name. */
    public String model() {
      return Pipelines.PREFIX + name;
    }
  }
}
