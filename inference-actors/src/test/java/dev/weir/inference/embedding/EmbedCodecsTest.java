package dev.weir.inference.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Vectors;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbedCodecsTest {

  private static final EmbedCall CALL = new EmbedCall(List.of("Grüße 😀", "b"), 256);
  private static final Vectors VECTORS =
      new Vectors(
          List.of(Vectors.bytes(new float[] {1.5f, -0.25f}), Vectors.bytes(new float[] {})),
          Vectors.UNTOLD);

  private static <T> byte[] bytes(T value, Codec<T> codec) {
    ByteWriter out = new ByteWriter(16);
    codec.encode(value, out);
    return out.toByteArray();
  }

  @Test
  void theBytesAreThoseOfEveryVersion() {
    assertThat(HexFormat.of().formatHex(bytes(CALL, EmbedCodecs.CALLS)))
        .isEqualTo("8002020c4772c3bcc39f6520f09f98800162");
    assertThat(HexFormat.of().formatHex(bytes(VECTORS, EmbedCodecs.VECTORS)))
        .isEqualTo("ffffffffffffffffff0102080000c03f000080be00");
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(EmbedCodecs.CALLS.decode(new ByteReader(bytes(CALL, EmbedCodecs.CALLS))))
        .isEqualTo(CALL);
    assertThat(EmbedCodecs.VECTORS.decode(new ByteReader(bytes(VECTORS, EmbedCodecs.VECTORS))))
        .isEqualTo(VECTORS);
    assertThat(Vectors.floats(VECTORS.all().getFirst())).containsExactly(1.5f, -0.25f);
  }

  @Test
  void brokenBytesAreRefused() {
    byte[] huge = {0, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
    assertThatThrownBy(() -> EmbedCodecs.VECTORS.decode(new ByteReader(huge)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EmbedCodecs.CALLS.decode(new ByteReader(huge)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
