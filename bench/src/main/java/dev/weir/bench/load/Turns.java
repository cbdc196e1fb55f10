package dev.weir.bench.load;

import dev.weir.bench.loop.Loop;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One client that asks two questions in turns, so that both are measured in the same moments. */
public final class Turns implements Stream.Listener {

  /** What each question saw. */
  public record Pair(Figures first, Figures second) {}

  private final Question[] questions;
  private final Stream[] streams = new Stream[2];
  private final CompletableFuture<Pair> done = new CompletableFuture<>();
  private final Loop loop;
  private final int skip;
  private final int count;
  private Pair figures = new Pair(new Figures(), new Figures());
  private int connected;
  private int asked;

  private Turns(Loop loop, Question first, Question second, int skip, int count) {
    this.loop = loop;
    this.questions = new Question[] {first, second};
    this.skip = 2 * skip;
    this.count = 2 * count;
  }

  /** Asks each {@code skip} times for nothing, then {@code count} times. */
  public static CompletableFuture<Pair> run(
      Loop loop, Question first, Question second, int skip, int count) {
    Turns turns = new Turns(loop, first, second, skip, count);
    loop.execute(turns::connect);
    return turns.done;
  }

  private void connect() {
    for (int i = 0; i < 2; i++) {
      streams[i] = Stream.connect(loop, questions[i].address(), this);
    }
  }

  @Override
  public void connected(Stream stream) {
    if (++connected == 2) {
      next();
    }
  }

  @Override
  public void ended(Stream stream, long now, @Nullable String failure) {
    if (failure != null) {
      done.completeExceptionally(new IllegalStateException(failure));
      return;
    }
    next();
  }

  private void next() {
    if (asked == skip) {
      figures = new Pair(new Figures(), new Figures());
    }
    if (asked == skip + count) {
      streams[0].close();
      streams[1].close();
      done.complete(figures);
      return;
    }
    int turn = asked++ % 2;
    streams[turn].ask(
        questions[turn], turn == 0 ? figures.first() : figures.second(), System.nanoTime());
  }
}
