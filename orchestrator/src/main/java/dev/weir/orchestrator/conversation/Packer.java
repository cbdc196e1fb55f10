package dev.weir.orchestrator.conversation;

import dev.weir.inference.item.Item;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Packs items for a message, which must stay small, and unpacks them where it arrives. What finds
 * no room is told by {@link #unpack}; to pack never fails.
 */
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

  /** Packs for whoever gets the message, to be unpacked any number of times until released. */
  Packed pack(List<Item> items);

  /** Packs for {@code reader} to unpack once. */
  default Packed packFor(ActorRef<?> reader, List<Item> items) {
    return pack(items);
  }

  CompletionStage<List<Item>> unpack(Packed packed);

  /** Lets go of what {@link #pack} has kept: nobody unpacks it any more. */
  default void release(Packed packed) {}
}
