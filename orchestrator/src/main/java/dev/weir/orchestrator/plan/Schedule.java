package dev.weir.orchestrator.plan;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which steps of a plan may start, given which have ended and how. A step starts when every
 * step it needs has ended and at least one of them has said something; when all of them failed it
 * fails too, with the error of the first. Not thread safe.
 */
final class Schedule {

  private final List<Lane> lanes = new ArrayList<>();
  private final Map<String, Lane> running = new HashMap<>();
  private final Map<String, String> said = new HashMap<>();
  private final Map<String, WeirError> failed = new HashMap<>();

  Schedule(Plan plan) {
    for (Plan.Step step : plan.steps()) {
      lanes.add(
          new Lane(
              new ArrayDeque<>(step.calls()),
              step instanceof Plan.Map map ? map.concurrency() : 1));
    }
  }

  /** What one step has left to start, and how many of it run. */
  private static final class Lane {
    final ArrayDeque<Plan.Generate> waiting;
    final int most;
    int running;

    Lane(ArrayDeque<Plan.Generate> waiting, int most) {
      this.waiting = waiting;
      this.most = most;
    }
  }

  /** The calls that are to start now. They count as running from here on. */
  List<Plan.Generate> next() {
    List<Plan.Generate> started = new ArrayList<>();
    lanes.forEach(lane -> start(lane, started));
    lanes.removeIf(lane -> lane.waiting.isEmpty());
    return started;
  }

  private void start(Lane lane, List<Plan.Generate> started) {
    Iterator<Plan.Generate> waiting = lane.waiting.iterator();
    while (lane.running < lane.most && waiting.hasNext()) {
      Plan.Generate call = waiting.next();
      Set<String> needs = call.prompt().needs();
      if (!needs.stream().allMatch(this::hasEnded)) {
        continue;
      }
      waiting.remove();
      if (needs.isEmpty() || needs.stream().anyMatch(said::containsKey)) {
        lane.running++;
        running.put(call.id(), lane);
        started.add(call);
      } else {
        failed.put(call.id(), failed.get(needs.iterator().next()));
      }
    }
  }

  private boolean hasEnded(String id) {
    return said.containsKey(id) || failed.containsKey(id);
  }

  /** The running step {@code id} has said this. */
  void said(String id, String text) {
    leave(id);
    said.put(id, text);
  }

  /** The running step {@code id} has failed. */
  void failed(String id, WeirError error) {
    leave(id);
    failed.put(id, error);
  }

  /** The running step {@code id} was told to stop. */
  void stopped(String id) {
    leave(id);
  }

  private void leave(String id) {
    Lane lane = running.remove(id);
    if (lane == null) {
      throw new IllegalStateException(id + " does not run");
    }
    lane.running--;
  }

  /** Starts nothing more. */
  void stop() {
    lanes.clear();
  }

  boolean isRunning(String id) {
    return running.containsKey(id);
  }

  /** Whether nothing runs; when {@link #next} has nothing either, the plan is over. */
  boolean isIdle() {
    return running.isEmpty();
  }

  /** What every step has said so far, by its id. */
  Map<String, String> said() {
    return said;
  }

  /** Why the step {@code id} failed, if it did. */
  Optional<WeirError> failure(String id) {
    @Nullable WeirError error = failed.get(id);
    return Optional.ofNullable(error);
  }
}
