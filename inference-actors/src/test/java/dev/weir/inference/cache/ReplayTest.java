package dev.weir.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class ReplayTest {

  private static final Delta HELLO = new Delta.Text("Hello");
  private static final Delta WORLD = new Delta.Text(" world");
  private static final Delta STOP = new Delta.Finished(FinishReason.STOP);

  private final Replay replay = new Replay("k");
  private final List<String> paying = new ArrayList<>();

  @Test
  void whoComesLateReadsFromTheStartAndThenTheRest() {
    replay.append(HELLO);
    Replay.Cursor late = open(Origin.FLIGHT, "late");
    assertThat(take(late, 2)).containsExactly(new Delta.Came(Origin.FLIGHT, "k"), HELLO);
    CompletableFuture<Optional<Delta>> next = late.next().toCompletableFuture();
    assertThat(next).isNotDone();
    replay.append(WORLD);
    assertThat(next).isCompletedWithValue(Optional.of(WORLD));
    replay.append(STOP);
    replay.end();
    assertThat(all(late)).containsExactly(STOP);
  }

  @Test
  void nothingIsSaidBeforeThereIsSomethingToSay() {
    CompletableFuture<Optional<Delta>> first = open(Origin.MODEL, "a").next().toCompletableFuture();
    assertThat(first).isNotDone();
    replay.append(HELLO);
    assertThat(first).isCompletedWithValue(Optional.of(new Delta.Came(Origin.MODEL, "k")));
  }

  @Test
  void theForemostReaderGovernsTheDemandAndTheSlowestHasAllInTheEnd() {
    Replay.Cursor fast = open(Origin.MODEL, "fast");
    Replay.Cursor slow = open(Origin.FLIGHT, "slow");
    Delta large = new Delta.Text("x".repeat((int) Replay.AHEAD));
    CompletableFuture<Done> room = append(large);
    assertThat(room).isNotDone();
    take(fast, 2);
    assertThat(room).isDone();
    assertThat(append(WORLD)).isDone();
    replay.end();
    assertThat(all(slow)).containsExactly(new Delta.Came(Origin.FLIGHT, "k"), large, WORLD);
  }

  @Test
  void aFailureComesAfterAllThatWasThere() {
    Replay.Cursor reader = open(Origin.MODEL, "a");
    replay.append(HELLO);
    replay.fail(new WeirError.Internal("broken", "Broken."));
    assertThat(take(reader, 2)).endsWith(HELLO);
    assertThatThrownBy(() -> reader.next().toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .satisfies(failure -> assertThat(WeirError.of(failure).code()).isEqualTo("broken"));
    assertThat(replay.isComplete()).isFalse();
  }

  @Test
  void whenThePayerLeavesTheForemostOfThoseWhoStillReadPays() {
    Replay.Cursor leader = open(Origin.MODEL, "leader");
    Replay.Cursor first = open(Origin.FLIGHT, "first");
    Replay.Cursor second = open(Origin.FLIGHT, "second");
    replay.append(HELLO);
    take(second, 2);
    first.close();
    assertThat(paying).isEmpty();
    leader.close();
    assertThat(paying).containsExactly("second");
    replay.append(WORLD);
    assertThat(take(second, 2)).containsExactly(new Delta.Came(Origin.MODEL, "k"), WORLD);
  }

  @Test
  void whoHasAllOrAKeptAnswerNeverPays() {
    Replay.Cursor leader = open(Origin.MODEL, "leader");
    Replay.Cursor done = open(Origin.FLIGHT, "done");
    replay.append(STOP);
    replay.end();
    all(done);
    open(Origin.CACHE, "hit");
    leader.close();
    leader.close();
    assertThat(paying).isEmpty();
  }

  @Test
  void aPayerThatHasAllLeavesNoBill() {
    Replay.Cursor leader = open(Origin.MODEL, "leader");
    open(Origin.FLIGHT, "follower");
    replay.append(STOP);
    replay.end();
    all(leader);
    leader.close();
    assertThat(paying).isEmpty();
  }

  @Test
  void onlyWhatTheModelEndedItselfIsComplete() {
    replay.append(HELLO);
    assertThat(replay.isComplete()).isFalse();
    replay.append(new Delta.Finished(FinishReason.LENGTH));
    replay.end();
    assertThat(replay.isComplete()).isFalse();
    Replay whole = new Replay("k");
    whole.append(STOP);
    assertThat(whole.isComplete()).isFalse();
    whole.end();
    assertThat(whole.isComplete()).isTrue();
  }

  private Replay.Cursor open(Origin origin, String name) {
    return replay.open(origin, () -> paying.add(name));
  }

  private CompletableFuture<Done> append(Delta delta) {
    return replay.append(delta).toCompletableFuture();
  }

  private static List<Delta> take(Replay.Cursor cursor, int count) {
    List<Delta> taken = new ArrayList<>();
    for (int delta = 0; delta < count; delta++) {
      taken.add(cursor.next().toCompletableFuture().getNow(Optional.empty()).orElseThrow());
    }
    return taken;
  }

  private static List<Delta> all(Replay.Cursor cursor) {
    List<Delta> all = new ArrayList<>();
    Optional<Delta> next = cursor.next().toCompletableFuture().join();
    while (next.isPresent()) {
      all.add(next.get());
      next = cursor.next().toCompletableFuture().join();
    }
    return all;
  }
}
