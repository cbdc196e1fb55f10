package dev.weir.inference.generation;

import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.CacheOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that equal calls want: it is looked for where that takes a moment, and made where there
 * is none. Compared by identity; a part of {@link Flights}, used by its actor alone.
 */
final class Wanted {

  private final List<Flights.Serve> calls = new ArrayList<>(1);
  private AnswerStore.@Nullable Mark mark;
  private float @Nullable [] vector;
  private boolean kept;

  Wanted(Flights.Serve first) {
    calls.add(first);
  }

  void add(Flights.Serve call) {
    calls.add(call);
  }

  /** The one that began it. */
  Flights.Serve first() {
    return calls.getFirst();
  }

  CacheOrder order() {
    return first().order();
  }

  /** Those that came after it. */
  List<Flights.Serve> others() {
    return calls.subList(1, calls.size());
  }

  List<Flights.Serve> all() {
    return calls;
  }

  void began(AnswerStore.@Nullable Mark at) {
    mark = at;
  }

  /** When it began, as the store counts; null where its answer cannot be kept there. */
  AnswerStore.@Nullable Mark mark() {
    return mark;
  }

  void measured(float[] question) {
    vector = question;
  }

  /** Where the question lies; null while that is not known. */
  float @Nullable [] vector() {
    return vector;
  }

  void kept() {
    kept = true;
  }

  /** Whether its answer was kept. */
  boolean isKept() {
    return kept;
  }
}
