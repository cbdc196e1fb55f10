package dev.weir.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two releases of the same record, under the same number, on nodes of one cluster. */
class RecordGrowthTest {

  record Old(String id, int count) {}

  record Grown(
      String id,
      int count,
      @Nullable String note,
      long total,
      boolean flag,
      @Nullable Double ratio,
      Optional<String> reason,
      List<Detail> details,
      Set<String> tags,
      Map<String, String> labels) {}

  record Detail(String text) {}

  record OldHolder(List<Old> olds, String last) {}

  record GrownHolder(List<Grown> olds, String last) {}

  record Defaulting(String id, int count, String mode) {
    Defaulting {
      mode = Objects.requireNonNullElse(mode, "plain");
    }
  }

  record Refusing(String id, int count, String mode) {
    Refusing {
      Objects.requireNonNull(mode, "mode");
    }
  }

  record Changed(String id, String count) {}

  private final KryoCodec before = codec(Map.of(800, Old.class, 801, OldHolder.class));
  private final KryoCodec after =
      codec(Map.of(800, Grown.class, 801, GrownHolder.class, 802, Detail.class));

  @Test
  void aNewerRecordReadsOlderBytes() {
    assertThat(after.fromBytes(before.toBytes(new Old("a", 3)))).isEqualTo(grownFrom("a", 3));
  }

  @Test
  void anOlderRecordReadsNewerBytesEvenWithClassesItDoesNotKnow() {
    Grown grown =
        new Grown(
            "a",
            3,
            "n",
            9,
            true,
            .5,
            Optional.of("r"),
            List.of(new Detail("d")),
            Set.of("t"),
            Map.of());
    assertThat(before.fromBytes(after.toBytes(grown))).isEqualTo(new Old("a", 3));
  }

  @Test
  void recordsInsideOthersGrowToo() {
    GrownHolder newer = new GrownHolder(List.of(grownFrom("a", 1), grownFrom("b", 2)), "end");
    OldHolder older = new OldHolder(List.of(new Old("a", 1), new Old("b", 2)), "end");
    assertThat(before.fromBytes(after.toBytes(newer))).isEqualTo(older);
    assertThat(after.fromBytes(before.toBytes(older))).isEqualTo(newer);
  }

  @Test
  void theConstructorMayGiveADefault() {
    assertThat(codec(Map.of(800, Defaulting.class)).fromBytes(before.toBytes(new Old("a", 3))))
        .isEqualTo(new Defaulting("a", 3, "plain"));
  }

  @Test
  void aConstructorThatRefusesIsNamed() {
    byte[] older = before.toBytes(new Old("a", 3));
    assertThatThrownBy(() -> codec(Map.of(800, Refusing.class)).fromBytes(older))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("Refusing refuses what was sent")
        .hasMessageContaining("mode");
  }

  @Test
  void aComponentOfAnotherTypeIsNamed() {
    byte[] older = before.toBytes(new Old("a", 300));
    assertThatThrownBy(() -> codec(Map.of(800, Changed.class)).fromBytes(older))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("Changed.count");
  }

  private static Grown grownFrom(String id, int count) {
    return new Grown(
        id, count, null, 0, false, null, Optional.empty(), List.of(), Set.of(), Map.of());
  }

  private static KryoCodec codec(Map<Integer, Class<?>> types) {
    return KryoCodec.of(WireRegistry.of(List.of(() -> types)), 4096);
  }
}
