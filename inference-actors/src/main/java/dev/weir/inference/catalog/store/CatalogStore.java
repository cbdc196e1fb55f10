package dev.weir.inference.catalog.store;

import dev.weir.inference.catalog.Overlay;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps every version of the operators' changes. */
public interface CatalogStore {

  /** A version and all changes that are in force with it. */
  record Kept(Version version, Overlay changes) {}

  /** The number of the newest version; 0 when there is none. */
  CompletionStage<Long> newest();

  /** That version. */
  CompletionStage<Optional<Kept>> find(long number);

  /** The newest version; none while there is only the configuration. */
  default CompletionStage<Optional<Kept>> current() {
    return newest()
        .thenCompose(
            number ->
                number == 0 ? CompletableFuture.completedFuture(Optional.empty()) : find(number));
  }

  /** Versions from {@code newest} down, {@code most} of them. */
  CompletionStage<List<Version>> history(long newest, int most);

  /** Keeps a version; false when its number is taken, by whomever. */
  CompletionStage<Boolean> append(Kept version);
}
