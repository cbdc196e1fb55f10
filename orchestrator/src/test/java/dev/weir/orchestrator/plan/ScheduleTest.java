package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final WeirError BROKEN = new WeirError.ModelFailed("broken", "Broken.", false);

  @Test
  void aMapRunsAsManyBranchesAsItMay() {
    Schedule schedule = new Schedule(fan(5, 2));

    assertThat(ids(schedule.next())).containsExactly("b0", "b1");
    assertThat(schedule.next()).isEmpty();
    schedule.said("b1", "one");
    assertThat(ids(schedule.next())).containsExactly("b2");
  }

  @Test
  void theJoinWaitsForAllAndGoesOnWithTheRest() {
    Schedule schedule = new Schedule(fan(3, 8));
    schedule.next();
    schedule.said("b2", "two");
    schedule.failed("b0", BROKEN);
    assertThat(schedule.next()).isEmpty();
    schedule.said("b1", "one");

    List<Plan.Generate> join = schedule.next();
    assertThat(ids(join)).containsExactly("join");
    assertThat(join.getFirst().prompt().fill(schedule.said()))
        .isEqualTo("Merge:\n# b1\none\n\n# b2\ntwo\n\n");
  }

  @Test
  void whenAllFailTheJoinFailsWithTheFirstError() {
    WeirError other = new WeirError.Internal("other", "Other.");
    Schedule schedule = new Schedule(fan(2, 8));
    schedule.next();
    schedule.failed("b1", other);
    schedule.failed("b0", BROKEN);

    assertThat(schedule.next()).isEmpty();
    assertThat(schedule.isIdle()).isTrue();
    assertThat(schedule.failure("join")).contains(BROKEN);
  }

  @Test
  void aStoppedScheduleStartsNothingMore() {
    Schedule schedule = new Schedule(fan(3, 1));
    schedule.next();
    schedule.stop();
    schedule.stopped("b0");

    assertThat(schedule.next()).isEmpty();
    assertThat(schedule.isIdle()).isTrue();
    assertThat(schedule.failure("join")).isEmpty();
  }

  @Test
  void aPlanMayOnlyNeedEarlierSteps() {
    assertThatThrownBy(() -> new Plan("m", List.of(call("a", "b"), call("b"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Plan("m", List.of(call("a"), call("a"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Plan("m", List.of(new Plan.Map(List.of(call("a")), 1))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anyPlanRunsToItsEndInOrderWithinItsLimits() {
    for (int seed = 0; seed < 2_000; seed++) {
      new RandomRun(new Random(seed)).check();
    }
  }

  /** A random plan, run in a random order with random failures. */
  private static final class RandomRun {
    private final Random random;
    private final Plan plan;
    private final Map<String, Plan.Generate> calls = new HashMap<>();
    private final Map<String, Boolean> ended = new HashMap<>();
    private final Set<String> running = new HashSet<>();

    RandomRun(Random random) {
      this.random = random;
      this.plan = plan(random);
      plan.calls().forEach(call -> calls.put(call.id(), call));
    }

    void check() {
      Schedule schedule = new Schedule(plan);
      begin(schedule);
      while (!running.isEmpty()) {
        String id = new ArrayList<>(running).get(random.nextInt(running.size()));
        running.remove(id);
        boolean well = random.nextInt(4) > 0;
        ended.put(id, well);
        if (well) {
          schedule.said(id, id);
        } else {
          schedule.failed(id, BROKEN);
        }
        begin(schedule);
      }
      assertThat(schedule.isIdle()).isTrue();
      calls
          .keySet()
          .forEach(
              id ->
                  assertThat(ended.getOrDefault(id, false))
                      .isNotEqualTo(schedule.failure(id).isPresent()));
    }

    private void begin(Schedule schedule) {
      for (Plan.Generate call : schedule.next()) {
        assertThat(running.add(call.id()) && !ended.containsKey(call.id())).isTrue();
        Set<String> needs = call.prompt().needs();
        assertThat(needs.isEmpty() || needs.stream().anyMatch(id -> ended.getOrDefault(id, false)))
            .isTrue();
        assertThat(needs).doesNotContainAnyElementsOf(running);
      }
      for (Plan.Step step : plan.steps()) {
        if (step instanceof Plan.Map(var branches, int concurrency)) {
          assertThat(branches.stream().filter(call -> running.contains(call.id())).count())
              .isLessThanOrEqualTo(concurrency);
        }
      }
    }

    private static Plan plan(Random random) {
      List<Plan.Step> steps = new ArrayList<>();
      List<String> earlier = new ArrayList<>();
      for (int at = 0, most = 1 + random.nextInt(6); at < most; at++) {
        List<Plan.Generate> branches = new ArrayList<>();
        for (int branch = 0; branch < 1 + random.nextInt(5); branch++) {
          List<String> needs =
              earlier.stream().filter(id -> random.nextInt(3) == 0).distinct().toList();
          branches.add(call("s" + at + "b" + branch, needs.toArray(String[]::new)));
        }
        steps.add(new Plan.Map(branches, 1 + random.nextInt(3)));
        branches.forEach(call -> earlier.add(call.id()));
      }
      steps.add(call("last", earlier.getLast()));
      return new Plan("m", steps);
    }
  }

  private static Plan fan(int branches, int concurrency) {
    List<Plan.Generate> calls = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int at = 0; at < branches; at++) {
      calls.add(call("b" + at));
      ids.add("b" + at);
    }
    return new Plan(
        "m", List.of(new Plan.Map(calls, concurrency), call("join", ids.toArray(String[]::new))));
  }

  private static Plan.Generate call(String id, String... needs) {
    List<Prompt.Part> message = new ArrayList<>();
    message.add(new Prompt.Text("Merge:\n"));
    for (String need : needs) {
      message.add(new Prompt.Output(need, "# " + need + "\n"));
    }
    return new Plan.Generate(id, id, new Prompt("", List.of(), message, Map.of()), null);
  }

  private static List<String> ids(List<Plan.Generate> calls) {
    return calls.stream().map(Plan.Generate::id).toList();
  }
}
