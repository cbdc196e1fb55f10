package dev.weir.inference.generation;

import dev.weir.inference.cache.AnswerStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Equal calls whose answer is looked for where that takes a moment. Compared by identity; a part of
 * {@link Flights}, used by its actor alone.
 */
final class Lookup {

  private final List<Flights.Serve> calls = new ArrayList<>(1);
  private AnswerStore.@Nullable Mark mark;

  Lookup(Flights.Serve first) {
    calls.add(first);
  }

  void add(Flights.Serve call) {
    calls.add(call);
  }

  /** The one that began it. */
  Flights.Serve first() {
    return calls.getFirst();
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
}
