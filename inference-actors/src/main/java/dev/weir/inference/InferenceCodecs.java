package dev.weir.inference;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Tool;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import java.util.List;

/** How this module's values travel beside actor messages. */
public record InferenceCodecs(Codec<Delta> deltas, Codec<ModelCall> calls) {

  private static final int ROOM = 512;

  public static InferenceCodecs of(KryoCodec kryo) {
    return new InferenceCodecs(
        new WireCodec<>(kryo, Delta.class, Delta::size),
        new WireCodec<>(kryo, ModelCall.class, InferenceCodecs::size));
  }

  private static int size(ModelCall call) {
    long size = ROOM + call.instructions().length() + size(call.items());
    for (Tool tool : call.tools()) {
      size += tool.description().length() + tool.parameters().length();
    }
    return (int) Math.min(Integer.MAX_VALUE / 2, size);
  }

  /** About how many bytes these items take. */
  public static long size(List<Item> items) {
    return items.stream().mapToLong(Item::size).sum();
  }
}
