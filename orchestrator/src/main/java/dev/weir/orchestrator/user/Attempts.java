package dev.weir.orchestrator.user;

import dev.weir.orchestrator.user.Admission.Granted;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that hold a reservation and the runs they belong to; and the answers given of late,
 * so that a message told twice opens nothing twice.
 *
 * <p>Confined to its {@link Account}.
 */
final class Attempts {

  private static final int ANSWERS_KEPT = 1024;

  private final Map<Key, Granted> open = new HashMap<>();
  private final Map<String, Set<Key>> runs = new HashMap<>();
  private final Map<Key, Admission> answers = new LinkedHashMap<>();

  /** What was answered to this key, as far as it is remembered. */
  Optional<Admission> answer(Key key) {
    Admission granted = open.get(key);
    return Optional.ofNullable(granted != null ? granted : answers.get(key));
  }

  @Nullable Granted open(Key key) {
    return open.get(key);
  }

  void opened(Granted granted) {
    open.put(granted.key(), granted);
    runs.computeIfAbsent(granted.key().responseId(), id -> new HashSet<>()).add(granted.key());
  }

  void closed(Granted granted) {
    open.remove(granted.key());
    runs.getOrDefault(granted.key().responseId(), new HashSet<>()).remove(granted.key());
    remember(granted);
  }

  /** Keeps an answer, unless there was one before it. */
  void remember(Admission answer) {
    answers.putIfAbsent(answer.key(), answer);
    if (answers.size() > ANSWERS_KEPT) {
      answers.remove(answers.keySet().iterator().next());
    }
  }

  /** The keys of a response that still hold a reservation. */
  List<Key> openOf(String responseId) {
    return List.copyOf(runs.getOrDefault(responseId, Set.of()));
  }

  boolean isRunning(String responseId) {
    return runs.containsKey(responseId);
  }

  int runs() {
    return runs.size();
  }

  void endRun(String responseId) {
    runs.remove(responseId);
  }

  boolean noneOpen() {
    return open.isEmpty();
  }
}
