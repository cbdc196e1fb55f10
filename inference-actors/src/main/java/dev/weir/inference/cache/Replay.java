package dev.weir.inference.cache;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Origin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * One answer and those who read it, each at its own pace, from its first delta on: while it is made
 * and after. It holds the whole answer, which the output cap bounds.
 *
 * <p>Whoever makes it is asked for more as long as the foremost reader ever was less than {@value
 * #AHEAD} bytes behind: a slow reader holds up nobody, and where all are slow the upstream waits.
 *
 * <p>One of the readers pays: at first that of {@link Origin#MODEL}. When it leaves before it has
 * all, the foremost of those who still read takes over. Thread safe.
 */
public final class Replay {

  static final long AHEAD = 16 * 1024;

  private final String key;
  private final List<Delta> deltas = new ArrayList<>();
  private final Set<Cursor> cursors = new LinkedHashSet<>();
  private long bytes;
  private long front;
  private boolean ended;
  private @Nullable WeirError failure;
  private @Nullable CompletableFuture<Done> room;

  /** An answer of which nothing is there yet. */
  public Replay(String key) {
    this.key = key;
  }

  /** An answer that is all there. */
  public static Replay of(String key, List<Delta> deltas) {
    Replay replay = new Replay(key);
    deltas.forEach(replay::append);
    replay.end();
    return replay;
  }

  /** What is there of it. */
  public synchronized List<Delta> deltas() {
    return List.copyOf(deltas);
  }

  /** Adds a delta; completes when the next one is wanted. */
  public CompletionStage<Done> append(Delta delta) {
    CompletableFuture<Done> more = new CompletableFuture<>();
    List<Runnable> answers;
    synchronized (this) {
      deltas.add(delta);
      bytes += delta.size();
      room = more;
      answers = answerWaiting();
    }
    answers.forEach(Runnable::run);
    return more;
  }

  /** Nothing follows. */
  public void end() {
    end(null);
  }

  /** Nothing follows, for this reason. */
  public void fail(WeirError error) {
    end(error);
  }

  private void end(@Nullable WeirError error) {
    List<Runnable> answers;
    synchronized (this) {
      ended = true;
      failure = error;
      answers = answerWaiting();
    }
    answers.forEach(Runnable::run);
  }

  /** Whether all is there, and the model had said all. */
  public synchronized boolean isComplete() {
    return ended
        && failure == null
        && !deltas.isEmpty()
        && deltas.getLast().equals(new Delta.Finished(FinishReason.STOP));
  }

  /** About how much memory it takes. */
  public synchronized long size() {
    return 512 + bytes + 64L * deltas.size();
  }

  /**
   * One more reader.
   *
   * @param pays told, by any thread, when it is its turn to pay
   */
  public Cursor open(Origin origin, Runnable pays) {
    return open(origin, 0, pays);
  }

  /**
   * One more reader, whose question is like this answer's own.
   *
   * @param similarity how much; 0 where it is the same
   */
  public synchronized Cursor open(Origin origin, double similarity, Runnable pays) {
    Cursor cursor = new Cursor(origin, similarity, pays);
    cursors.add(cursor);
    return cursor;
  }

  /** A reader's place. */
  public final class Cursor {

    private final Runnable pays;
    private final double similarity;
    private Origin origin;
    private @Nullable Origin told;
    private int at;
    private long read;
    private boolean done;
    private @Nullable CompletableFuture<Optional<Delta>> waiting;

    private Cursor(Origin origin, double similarity, Runnable pays) {
      this.origin = origin;
      this.similarity = similarity;
      this.pays = pays;
    }

    /**
     * The next delta once there is one, a {@link Delta.Came} before the first; empty at the end,
     * failed where the answer failed. One at a time.
     */
    public CompletionStage<Optional<Delta>> next() {
      CompletableFuture<Optional<Delta>> asked = new CompletableFuture<>();
      List<Runnable> answers = new ArrayList<>(2);
      synchronized (Replay.this) {
        waiting = asked;
        answer(this, answers);
        makeRoom(answers);
      }
      answers.forEach(Runnable::run);
      return asked;
    }

    /** Reads no more. */
    public void close() {
      Runnable heir;
      synchronized (Replay.this) {
        waiting = null;
        heir = cursors.remove(this) && origin == Origin.MODEL && !done ? passOn() : () -> {};
      }
      heir.run();
    }
  }

  private List<Runnable> answerWaiting() {
    List<Runnable> answers = new ArrayList<>(cursors.size() + 1);
    cursors.forEach(cursor -> answer(cursor, answers));
    makeRoom(answers);
    return answers;
  }

  /** Adds what answers a cursor that waits, if there is something for it. */
  private void answer(Cursor cursor, List<Runnable> answers) {
    CompletableFuture<Optional<Delta>> asked = cursor.waiting;
    if (asked == null || (cursor.at == deltas.size() && !ended)) {
      return;
    }
    cursor.waiting = null;
    if (cursor.told != cursor.origin && (failure == null || cursor.at < deltas.size())) {
      cursor.told = cursor.origin;
      Delta came = new Delta.Came(cursor.origin, key, cursor.similarity);
      answers.add(() -> asked.complete(Optional.of(came)));
    } else if (cursor.at < deltas.size()) {
      Delta delta = deltas.get(cursor.at++);
      cursor.read += delta.size();
      front = Math.max(front, cursor.read);
      answers.add(() -> asked.complete(Optional.of(delta)));
    } else {
      cursor.done = true;
      WeirError error = failure;
      answers.add(
          error == null
              ? () -> asked.complete(Optional.empty())
              : () -> asked.completeExceptionally(error.asException()));
    }
  }

  private void makeRoom(List<Runnable> answers) {
    CompletableFuture<Done> more = room;
    if (more != null && bytes - front < AHEAD) {
      room = null;
      answers.add(() -> more.complete(Done.getInstance()));
    }
  }

  private Runnable passOn() {
    Optional<Cursor> heir =
        cursors.stream()
            .filter(cursor -> cursor.origin == Origin.FLIGHT && !cursor.done)
            .max(Comparator.comparingLong(cursor -> cursor.read));
    heir.ifPresent(cursor -> cursor.origin = Origin.MODEL);
    return heir.map(cursor -> cursor.pays).orElse(() -> {});
  }
}
