package dev.weir.orchestrator.conversation;

import dev.weir.inference.item.Item;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Packs items for a message, which must stay small, and unpacks them where it arrives. */
public interface Packer {

  /** Leaves everything in the message: for one node, and for tests. */
  Packer INLINE =
      new Packer() {
        @Override
        public Packed pack(List<Item> items) {
          return new Packed.Inline(items);
        }

        @Override
        public CompletionStage<List<Item>> unpack(Packed packed) {
          return packed instanceof Packed.Inline(List<Item> items)
              ? CompletableFuture.completedStage(items)
              : CompletableFuture.failedStage(new IllegalArgumentException("Not packed here"));
        }
      };

  Packed pack(List<Item> items);

  CompletionStage<List<Item>> unpack(Packed packed);
}
