package dev.weir.orchestrator.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The model calls that make one response: a graph without cycles, as each prompt names the steps it
 * waits for and may only name earlier ones. The last step's answer is the response's.
 *
 * @param model what every step asks
 */
public record Plan(String model, List<Step> steps) {

  /** One call, or many at once. */
  public sealed interface Step {

    /** The calls of this step. */
    default List<Generate> calls() {
      return switch (this) {
        case Generate call -> List.of(call);
        case Map map -> map.branches();
      };
    }
  }

  /**
   * One model call.
   *
   * @param id unique within the plan
   * @param name what a reader sees
   * @param maxOutputTokens its cap, or null for the model's own
   */
  public record Generate(String id, String name, Prompt prompt, @Nullable Integer maxOutputTokens)
      implements Step {}

  /** Calls that do not wait for each other, at most {@code concurrency} of them at once. */
  public record Map(List<Generate> branches, int concurrency) implements Step {
    public Map {
      branches = List.copyOf(branches);
      require(concurrency > 0, "a map runs at least one branch at once");
    }
  }

  public Plan {
    steps = List.copyOf(steps);
    require(!steps.isEmpty() && steps.getLast() instanceof Generate, "a plan ends in one call");
    Set<String> earlier = new HashSet<>();
    for (Step step : steps) {
      List<String> ids = new ArrayList<>();
      for (Generate call : step.calls()) {
        require(earlier.containsAll(call.prompt().needs()), call.id() + " needs a later step");
        ids.add(call.id());
      }
      for (String id : ids) {
        require(earlier.add(id), "two steps are called " + id);
      }
    }
  }

  /** The call whose answer is the response's. */
  public Generate last() {
    return (Generate) steps.getLast();
  }

  /** All calls, in an order in which they could be made one by one. */
  public Stream<Generate> calls() {
    return steps.stream().flatMap(step -> step.calls().stream());
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
