package dev.weir.bench.load;

import dev.weir.bench.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Clients that ask, read the first token and then nothing more. */
public final class StalledStreams implements Stream.Listener, AutoCloseable {

  private static final int RECEIVE_BUFFER = 64 * 1024;
  private static final long APART = 2_000_000;

  private final Loop loop;
  private final Question question;
  private final int count;
  private final List<Stream> streams = new ArrayList<>();
  private final Figures figures = new Figures();
  private final CompletableFuture<StalledStreams> begun = new CompletableFuture<>();
  private int stalled;
  private final AtomicInteger broken = new AtomicInteger();

  private StalledStreams(Loop loop, Question question, int count) {
    this.loop = loop;
    this.question = question;
    this.count = count;
  }

  /** Done when {@code count} of them stand still. */
  public static CompletableFuture<StalledStreams> begin(Loop loop, Question question, int count) {
    StalledStreams streams = new StalledStreams(loop, question, count);
    loop.execute(
        () -> {
          long now = System.nanoTime();
          for (int i = 0; i < count; i++) {
            loop.at(now + i * APART, streams::connect);
          }
        });
    return streams.begun;
  }

  private void connect() {
    streams.add(Stream.connect(loop, question.address(), RECEIVE_BUFFER, this));
  }

  @Override
  public void connected(Stream stream) {
    stream.ask(question, figures, System.nanoTime());
  }

  @Override
  public void token(Stream stream, long now) {
    if (!stream.paused()) {
      stream.pause();
      arrived();
    }
  }

  @Override
  public void ended(Stream stream, long now, @Nullable String failure) {
    broken.incrementAndGet();
    arrived();
  }

  private void arrived() {
    if (++stalled == count) {
      begun.complete(this);
    }
  }

  /** How many ended, which none should. */
  public int broken() {
    return broken.get();
  }

  @Override
  public void close() {
    loop.execute(() -> streams.forEach(Stream::close));
  }
}
