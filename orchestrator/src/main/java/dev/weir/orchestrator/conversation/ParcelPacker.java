package dev.weir.orchestrator.conversation;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.item.Item;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Leaves few items in the message, and sends many by the Conduit. Thread safe. */
public final class ParcelPacker implements Packer {

  private static final long FEW = 32 * 1024;

  private final Parcels parcels;
  private final Codec<Packed.Inline> codec;

  public ParcelPacker(Parcels parcels, Codec<Packed.Inline> codec) {
    this.parcels = parcels;
    this.codec = codec;
  }

  /** Items that travel beside their message. */
  public record Apart(Parcel<Packed.Inline> parcel) implements Packed {}

  @Override
  public Packed pack(List<Item> items) {
    Packed.Inline inline = new Packed.Inline(items);
    return InferenceCodecs.size(items) <= FEW ? inline : new Apart(parcels.wrap(inline, codec));
  }

  @Override
  public CompletionStage<List<Item>> unpack(Packed packed) {
    return switch (packed) {
      case Packed.Inline(List<Item> items) -> CompletableFuture.completedFuture(items);
      case Apart(Parcel<Packed.Inline> parcel) ->
          parcels.open(parcel, codec).thenApply(Packed.Inline::items);
      default -> CompletableFuture.failedFuture(new IllegalArgumentException("Not packed here"));
    };
  }
}
