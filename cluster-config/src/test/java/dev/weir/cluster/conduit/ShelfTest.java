package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ShelfTest {

  private static final ByteString TEN = ByteString.fromArray(new byte[10]);

  private final Shelf shelf = new Shelf(25, 100);

  @Test
  void keepsForItsTimeAndNotLonger() {
    long first = shelf.put(TEN, 0);
    long second = shelf.put(TEN, 50);
    assertThat(shelf.get(first, 99)).isEqualTo(TEN);
    assertThat(shelf.get(first, 100)).isNull();
    assertThat(shelf.get(second, 149)).isEqualTo(TEN);
    assertThat(shelf.get(second, 150)).isNull();
  }

  @Test
  void refusesWhatDoesNotFitUntilSomethingExpires() {
    shelf.put(TEN, 0);
    shelf.put(TEN, 50);
    assertThatThrownBy(() -> shelf.put(TEN, 99)).hasMessageContaining("parcels_full");
    long third = shelf.put(TEN, 100);
    assertThat(shelf.get(third, 101)).isEqualTo(TEN);
  }
}
