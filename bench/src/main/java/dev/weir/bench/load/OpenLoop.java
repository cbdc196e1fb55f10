package dev.weir.bench.load;

import dev.weir.bench.loop.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Questions at a fixed rate, whatever the answers do. Times count from when a question was due, so
 * that a late one is not forgiven (no coordinated omission). Free connections are used again.
 */
public final class OpenLoop {

  private final Loop loop;
  private final IntFunction<Question> questions;
  private final double gapNanos;
  private final int count;
  private final Figures figures = new Figures();
  private final CompletableFuture<Figures> done = new CompletableFuture<>();
  private final Deque<Stream> free = new ArrayDeque<>();
  private int running;

  private OpenLoop(Loop loop, IntFunction<Question> questions, double perSecond, int count) {
    this.loop = loop;
    this.questions = questions;
    this.gapNanos = 1e9 / perSecond;
    this.count = count;
    this.running = count;
  }

  /** Asks {@code count} questions, {@code perSecond}. */
  public static CompletableFuture<Figures> run(
      Loop loop, Question question, double perSecond, int count) {
    return run(loop, index -> question, perSecond, count);
  }

  /** Asks {@code count} questions, {@code perSecond}: of each number, counted from 0, its own. */
  public static CompletableFuture<Figures> run(
      Loop loop, IntFunction<Question> questions, double perSecond, int count) {
    OpenLoop load = new OpenLoop(loop, questions, perSecond, count);
    loop.execute(() -> load.next(System.nanoTime(), 0));
    return load.done;
  }

  private void next(long begin, int index) {
    long due = begin + (long) (index * gapNanos);
    ask(questions.apply(index), due);
    if (index + 1 < count) {
      loop.at(begin + (long) ((index + 1) * gapNanos), () -> next(begin, index + 1));
    }
  }

  private void ask(Question question, long due) {
    Client client = new Client(question, due);
    @Nullable Stream stream = free.pollLast();
    if (stream == null) {
      Stream.connect(loop, question.address(), client);
    } else {
      stream.hear(client);
      client.connected(stream);
    }
  }

  private final class Client implements Stream.Listener {

    private final Question question;
    private final long due;

    Client(Question question, long due) {
      this.question = question;
      this.due = due;
    }

    @Override
    public void connected(Stream stream) {
      stream.ask(question, figures, due);
    }

    @Override
    public void ended(Stream stream, long now, @Nullable String failure) {
      if (failure == null || stream.isRefused()) {
        free.addLast(stream);
      } else {
        stream.close();
      }
      if (--running == 0) {
        free.forEach(Stream::close);
        done.complete(figures);
      }
    }
  }
}
