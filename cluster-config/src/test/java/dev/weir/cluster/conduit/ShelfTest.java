package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ShelfTest {

  private static final ByteString TEN = ByteString.fromArray(new byte[10]);

  private final Shelf shelf = new Shelf(25, 100);

  @Test
  void keepsForItsTimeAndNotLonger() {
    long first = put(0);
    long second = put(50);
    assertThat(shelf.get(first, 99)).isEqualTo(TEN);
    assertThat(shelf.get(first, 100)).isNull();
    assertThat(shelf.get(second, 149)).isEqualTo(TEN);
    assertThat(shelf.get(second, 150)).isNull();
  }

  @Test
  void refusesWhatDoesNotFitUntilSomethingExpires() {
    put(0);
    put(50);
    assertThat(refusal(TEN, 99).code()).isEqualTo("parcels_full");
    long third = put(100);
    assertThat(shelf.get(third, 101)).isEqualTo(TEN);
  }

  @Test
  void tellsWhenEnoughWillHaveExpired() {
    put(0);
    put(50);
    assertThat(refusal(TEN, 60))
        .isInstanceOfSatisfying(
            WeirError.Unavailable.class,
            full -> assertThat(full.retryAfter()).isEqualTo(Duration.ofNanos(40)));
    assertThat(refusal(ByteString.fromArray(new byte[20]), 60))
        .isInstanceOfSatisfying(
            WeirError.Unavailable.class,
            full -> assertThat(full.retryAfter()).isEqualTo(Duration.ofNanos(90)));
  }

  @Test
  void whatWillNeverFitIsTooLarge() {
    assertThat(refusal(ByteString.fromArray(new byte[26]), 0))
        .isInstanceOf(WeirError.TooLarge.class);
  }

  @Test
  void whatWasForOneIsDroppedOnceItIsOpened() {
    long once = id(shelf.put(TEN, true, 0));
    long often = put(0);
    shelf.opened(once);
    shelf.opened(often);
    assertThat(shelf.get(once, 1)).isNull();
    assertThat(shelf.get(often, 1)).isEqualTo(TEN);
    put(1);
  }

  @Test
  void whatIsReleasedMakesRoomOnce() {
    long first = put(0);
    put(0);
    shelf.release(first);
    shelf.release(first);
    assertThat(shelf.get(first, 1)).isNull();
    put(1);
    assertThat(refusal(TEN, 1).code()).isEqualTo("parcels_full");
  }

  private long put(long now) {
    return id(shelf.put(TEN, false, now));
  }

  private WeirError refusal(ByteString bytes, long now) {
    if (shelf.put(bytes, false, now) instanceof Shelf.Full(WeirError error)) {
      return error;
    }
    throw new AssertionError("kept");
  }

  private static long id(Shelf.Placing placing) {
    if (placing instanceof Shelf.Kept(long id)) {
      return id;
    }
    throw new AssertionError(placing.toString());
  }
}
