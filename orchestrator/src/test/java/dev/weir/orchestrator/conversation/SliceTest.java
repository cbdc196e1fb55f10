package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SliceTest {

  private static final List<Item> FIVE =
      IntStream.range(0, 5)
          .<Item>mapToObj(at -> Item.message("m" + at, Role.USER, "text"))
          .toList();

  @Test
  void beginsAtEitherEnd() {
    assertThat(ids(wanted(false, null, 2))).containsExactly("m0", "m1");
    assertThat(ids(wanted(true, null, 2))).containsExactly("m4", "m3");
  }

  @Test
  void goesOnBehindAnItem() {
    assertThat(ids(wanted(false, "m1", 2))).containsExactly("m2", "m3");
    assertThat(ids(wanted(true, "m1", 2))).containsExactly("m0");
    assertThat(ids(wanted(false, "m4", 2))).isEmpty();
  }

  @Test
  void tellsWhetherThereIsMore() {
    assertThat(Slice.of(FIVE, wanted(false, null, 4)).orElseThrow().more()).isTrue();
    assertThat(Slice.of(FIVE, wanted(false, null, 5)).orElseThrow().more()).isFalse();
    assertThat(Slice.of(FIVE, wanted(false, "m2", 2)).orElseThrow().more()).isFalse();
    assertThat(Slice.of(List.of(), wanted(true, null, 5)).orElseThrow())
        .isEqualTo(new Slice(List.of(), false));
  }

  @Test
  void isEmptyBehindAnItemThatIsNotThere() {
    assertThat(Slice.of(FIVE, wanted(true, "m9", 2))).isEmpty();
  }

  private static Slice.Wanted wanted(boolean newestFirst, @Nullable String after, int limit) {
    return new Slice.Wanted(newestFirst, after, limit);
  }

  private static List<String> ids(Slice.Wanted wanted) {
    return Slice.of(FIVE, wanted).orElseThrow().items().stream().map(Item::id).toList();
  }
}
