package dev.weir.orchestrator.response;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Usage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One entry of a response's output. */
public sealed interface OutputItem {

  String id();

  /** Something the model said, thought or asked for. */
  record Said(Item item) implements OutputItem {
    @Override
    public String id() {
      return item.id();
    }
  }

  /**
   * How a pipeline's step went; on the wire an item of type {@code weir:step}.
   *
   * @param duration null while it runs
   */
  record Step(
      String id,
      String name,
      ItemStatus status,
      int attempt,
      String model,
      Instant startedAt,
      @Nullable Duration duration,
      @Nullable Usage usage,
      @Nullable WeirError error)
      implements OutputItem {

    /** This step as it was announced. */
    Step begun() {
      return new Step(id, name, ItemStatus.IN_PROGRESS, 1, model, startedAt, null, null, null);
    }
  }
}
