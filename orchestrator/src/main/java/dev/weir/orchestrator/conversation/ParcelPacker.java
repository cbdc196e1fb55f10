package dev.weir.orchestrator.conversation;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.inference.item.Item;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** Leaves few items in the message, and sends many by the Conduit. Thread safe. */
public final class ParcelPacker implements Packer {

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
    return packed(inline, parcels.wrap(inline, codec));
  }

  @Override
  public Packed packFor(ActorRef<?> reader, List<Item> items) {
    Packed.Inline inline = new Packed.Inline(items);
    return packed(inline, parcels.wrapFor(reader, inline, codec));
  }

  private static Packed packed(Packed.Inline items, Parcel<Packed.Inline> parcel) {
    return switch (parcel) {
      case Parcel.Here<Packed.Inline> local -> items;
      case Parcel.Inline<Packed.Inline> small -> items;
      case Parcel.Held<Packed.Inline> large -> new Apart(large);
      case Parcel.Refused<Packed.Inline> refused -> new Apart(refused);
    };
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

  @Override
  public void release(Packed packed) {
    if (packed instanceof Apart(Parcel<Packed.Inline> parcel)) {
      parcels.release(parcel);
    }
  }
}
