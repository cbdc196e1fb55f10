package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Some items of a list, and whether it goes on behind them. */
public record Slice(List<Item> items, boolean more) {

  public Slice {
    items = List.copyOf(items);
  }

  /**
   * What part of a list is wanted.
   *
   * @param after the id of the item before the first one wanted; null to begin with the first
   */
  public record Wanted(boolean newestFirst, @Nullable String after, int limit) {}

  /** The wanted part of {@code items}, oldest first; empty when there is no {@code after}. */
  public static Optional<Slice> of(List<Item> items, Wanted wanted) {
    List<Item> ordered = wanted.newestFirst() ? items.reversed() : items;
    String after = wanted.after();
    int from = after == null ? 0 : behind(ordered, after);
    if (from < 0) {
      return Optional.empty();
    }
    int to = Math.min(ordered.size(), from + wanted.limit());
    return Optional.of(new Slice(ordered.subList(from, to), to < ordered.size()));
  }

  /** Why there is no slice. */
  public static WeirError noSuchItem() {
    return WeirError.invalid("after", "after: no such item in this list.");
  }

  private static int behind(List<Item> items, String id) {
    for (int at = 0; at < items.size(); at++) {
      if (items.get(at).id().equals(id)) {
        return at + 1;
      }
    }
    return -1;
  }
}
