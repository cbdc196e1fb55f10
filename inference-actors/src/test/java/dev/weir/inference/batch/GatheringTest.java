package dev.weir.inference.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Batching;
import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatheringTest {

  private static final long WAIT = Duration.ofMillis(10).toNanos();

  private final Gathering<String> gathering = gathering(4, 100, 2, 10, 1000);

  private static Gathering<String> gathering(
      int maxSize, long maxTokens, int slots, int maxRequests, long queueTokens) {
    return new Gathering<>(
        new Batching(maxSize, maxTokens, Duration.ofNanos(WAIT)),
        slots,
        new Deployment.Queue(maxRequests, queueTokens));
  }

  /** A call of {@code size} inputs of one token; its user is its first letter. */
  private void add(String call, int size, long now) {
    add(gathering, call, 0, 1, size, 1, now);
  }

  private static void add(
      Gathering<String> gathering,
      String call,
      int dimensions,
      int weight,
      int size,
      long tokens,
      long now) {
    long[] inputs = new long[size];
    Arrays.fill(inputs, tokens);
    gathering.expect(call, size * tokens);
    gathering.add(call, dimensions, call.substring(0, 1), weight, inputs, now);
  }

  private static Slice<String> slice(String call, int from, int to) {
    return new Slice<>(call, from, to);
  }

  private List<Slice<String>> next(long now) {
    return gathering.next(now).map(Batch::slices).orElse(List.of());
  }

  @Test
  void anIdleDeploymentWaitsForNobody() {
    add("a1", 1, 5);
    assertThat(next(5)).containsExactly(slice("a1", 0, 1));
    assertThat(next(5)).isEmpty();
  }

  @Test
  void whileABatchIsUnderWayTheNextIsGathered() {
    add("a1", 1, 0);
    next(0);
    add("a2", 1, 1);
    add("b1", 1, 2);
    assertThat(next(2)).isEmpty();
    assertThat(gathering.due()).isEqualTo(OptionalLong.of(1 + WAIT));
    gathering.ended();
    assertThat(next(3)).containsExactly(slice("a2", 0, 1), slice("b1", 0, 1));
  }

  @Test
  void aFullBatchGoesAtOnce() {
    add("a1", 1, 0);
    next(0);
    add("a2", 1, 1);
    add("b1", 3, 2);
    assertThat(next(2)).containsExactly(slice("a2", 0, 1), slice("b1", 0, 3));
  }

  @Test
  void soDoesOneThatIsFullOfTokens() {
    add("a1", 1, 0);
    next(0);
    add(gathering, "b1", 0, 1, 1, 60, 1);
    assertThat(next(1)).isEmpty();
    add(gathering, "c1", 0, 1, 1, 60, 2);
    assertThat(next(2)).containsExactly(slice("b1", 0, 1));
  }

  @Test
  void theFirstWaitsNoLongerThanMaxWait() {
    add("a1", 1, 0);
    next(0);
    add("a2", 1, 1);
    assertThat(next(WAIT)).isEmpty();
    assertThat(next(1 + WAIT)).containsExactly(slice("a2", 0, 1));
  }

  @Test
  void noMoreBatchesAreUnderWayThanThereAreSlots() {
    add("a1", 12, 0);
    assertThat(next(0)).containsExactly(slice("a1", 0, 4));
    assertThat(next(0)).containsExactly(slice("a1", 4, 8));
    assertThat(next(0)).isEmpty();
    assertThat(gathering.due()).isEmpty();
    gathering.ended();
    assertThat(next(0)).containsExactly(slice("a1", 8, 12));
  }

  @Test
  void callsThatCannotBeMixedAreNot() {
    add(gathering, "a1", 256, 1, 1, 1, 0);
    add(gathering, "b1", 512, 1, 1, 1, 1);
    add(gathering, "c1", 256, 1, 1, 1, 2);
    Batch<String> first = gathering.next(2).orElseThrow();
    assertThat(first.dimensions()).isEqualTo(256);
    assertThat(first.slices()).containsExactly(slice("a1", 0, 1), slice("c1", 0, 1));
    assertThat(gathering.next(2)).isEmpty();
    Batch<String> second = gathering.next(1 + WAIT).orElseThrow();
    assertThat(second.dimensions()).isEqualTo(512);
    assertThat(second.slices()).containsExactly(slice("b1", 0, 1));
  }

  @Test
  void aFullBatchDoesNotWaitBehindOneThatCannotBeMixedWithIt() {
    add("a1", 1, 0);
    next(0);
    add(gathering, "b1", 512, 1, 1, 1, 1);
    add(gathering, "c1", 256, 1, 4, 1, 2);
    assertThat(next(2)).containsExactly(slice("c1", 0, 4));
  }

  @Test
  void usersTakeTurnsWhenThereIsMoreThanFits() {
    add("a1", 8, 0);
    add("b1", 1, 0);
    add("c1", 1, 0);
    assertThat(next(0)).containsExactly(slice("a1", 0, 2), slice("b1", 0, 1), slice("c1", 0, 1));
    assertThat(next(0)).containsExactly(slice("a1", 2, 6));
  }

  @Test
  void aUserOfTwiceTheWeightHasTwiceTheInputsATurn() {
    Gathering<String> large = gathering(6, 100, 1, 10, 1000);
    add(large, "a1", 0, 2, 20, 1, 0);
    add(large, "b1", 0, 1, 20, 1, 0);
    assertThat(large.next(0).orElseThrow().slices())
        .containsExactly(slice("a1", 0, 4), slice("b1", 0, 2));
  }

  @Test
  void whatDidNotFitIsFirstInTheNext() {
    add(gathering, "a1", 0, 1, 1, 70, 0);
    add(gathering, "b1", 0, 1, 1, 70, 0);
    add(gathering, "c1", 0, 1, 1, 30, 0);
    assertThat(next(0)).containsExactly(slice("a1", 0, 1));
    assertThat(next(WAIT)).containsExactly(slice("b1", 0, 1), slice("c1", 0, 1));
  }

  @Test
  void anInputThatIsLargerThanABatchGoesAlone() {
    add(gathering, "a1", 0, 1, 1, 500, 0);
    add(gathering, "b1", 0, 1, 1, 1, 0);
    assertThat(next(0)).containsExactly(slice("a1", 0, 1));
  }

  @Test
  void whatIsTakenOutIsNotSent() {
    add("a1", 2, 0);
    add("b1", 1, 0);
    gathering.remove("a1");
    assertThat(next(0)).containsExactly(slice("b1", 0, 1));
    gathering.expect("c1", 5);
    gathering.remove("c1");
    assertThat(gathering.calls()).isZero();
    assertThat(next(WAIT)).isEmpty();
  }

  @Test
  void theRestOfACallUnderWayCanBeTakenOut() {
    add("a1", 6, 0);
    assertThat(next(0)).containsExactly(slice("a1", 0, 4));
    gathering.remove("a1");
    gathering.ended();
    assertThat(next(WAIT)).isEmpty();
    assertThat(gathering.isFull(1000)).isFalse();
  }

  @Test
  void theHalvesOfARefusedBatchGoBeforeAllOthers() {
    add("a1", 1, 0);
    add("b1", 1, 0);
    add("c1", 1, 0);
    Batch<String> refused = gathering.next(0).orElseThrow();
    add("d1", 4, 1);
    gathering.split(refused);
    gathering.ended();
    assertThat(next(1)).containsExactly(slice("a1", 0, 1));
    gathering.remove("c1");
    assertThat(next(1)).containsExactly(slice("b1", 0, 1));
    gathering.ended();
    assertThat(next(1)).containsExactly(slice("d1", 0, 4));
  }

  @Test
  void aFullQueueTakesNoMore() {
    Gathering<String> small = gathering(1, 100, 1, 2, 10);
    assertThat(small.isFull(50)).isFalse();
    add(small, "a1", 0, 1, 1, 1, 0);
    small.next(0);
    assertThat(small.isFull(11)).isTrue();
    assertThat(small.isFull(10)).isFalse();
    small.expect("b1", 6);
    assertThat(small.isFull(4)).isFalse();
    assertThat(small.isFull(5)).isTrue();
    small.add("b1", 0, "b", 1, new long[] {6}, 0);
    add(small, "c1", 0, 1, 1, 1, 0);
    assertThat(small.isFull(0)).isTrue();
    small.remove("b1");
    assertThat(small.isFull(0)).isFalse();
  }

  /** Every input of every call that is not taken out is sent once, in order; bounds hold. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void nothingIsLostOrSentTwice(long seed) {
    Random random = new Random(seed);
    Map<String, Integer> sizes = new HashMap<>();
    Map<String, Integer> sent = new HashMap<>();
    List<Batch<String>> running = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < 3000 || !sent.equals(sizes); step++) {
      now += random.nextInt((int) WAIT / 3);
      if (step < 3000 && random.nextInt(3) == 0 && !gathering.isFull(1)) {
        String call = (char) ('a' + random.nextInt(5)) + "" + step;
        sizes.put(call, 1 + random.nextInt(9));
        add(gathering, call, random.nextInt(2), 1, sizes.get(call), 1 + random.nextInt(60), now);
      }
      for (Optional<Batch<String>> next = gathering.next(now);
          next.isPresent();
          next = gathering.next(now)) {
        Batch<String> batch = next.get();
        assertThat(batch.size()).isBetween(1, 4);
        for (Slice<String> slice : batch.slices()) {
          assertThat(slice.from()).isEqualTo(sent.getOrDefault(slice.call(), 0));
          sent.put(slice.call(), slice.to());
        }
        running.add(batch);
        assertThat(running).hasSizeLessThanOrEqualTo(2);
      }
      if (!running.isEmpty() && random.nextInt(3) == 0) {
        running.remove(random.nextInt(running.size()));
        gathering.ended();
      }
      if (random.nextInt(50) == 0 && !sizes.isEmpty()) {
        String gone = List.copyOf(sizes.keySet()).get(random.nextInt(sizes.size()));
        gathering.remove(gone);
        sizes.put(gone, sent.getOrDefault(gone, 0));
        sent.put(gone, sizes.get(gone));
      }
    }
    assertThat(gathering.calls()).isZero();
    assertThat(sizes).hasSizeGreaterThan(100);
  }
}
