package dev.weir.gateway.cluster;

import dev.weir.gateway.node.Await;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Speakers who go on talking beside a test, whether they are answered or not, until it is closed.
 */
final class Talking implements AutoCloseable {

  private static final long PAUSE = 300;

  private final List<Integer> nodes;
  private final List<CompletableFuture<Void>> done;
  private final CountDownLatch enough = new CountDownLatch(1);

  private Talking(List<Speaker> speakers, List<Integer> nodes) {
    this.nodes = nodes;
    this.done = speakers.stream().map(this::keepTalking).toList();
  }

  /** Returns once each of them has been answered. */
  static Talking start(List<Speaker> speakers, List<Integer> nodes) {
    Talking talking = new Talking(speakers, nodes);
    Await.until("turns", () -> speakers.stream().allMatch(speaker -> speaker.turns() > 2));
    return talking;
  }

  private CompletableFuture<Void> keepTalking(Speaker speaker) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            int turn = 0;
            do {
              turn(speaker, nodes.get(turn++ % nodes.size()));
            } while (!enough.await(PAUSE, TimeUnit.MILLISECONDS));
            end.complete(null);
          } catch (AssertionError | RuntimeException | InterruptedException wrong) {
            end.completeExceptionally(wrong);
          }
        });
    return end;
  }

  private static void turn(Speaker speaker, int node) {
    try {
      speaker.say(node);
      speaker.goOn(node);
    } catch (IOException | InterruptedException unanswered) {
      // The next one may be.
    }
  }

  /** Waits for the last answers; fails with what was wrong in any. */
  @Override
  public void close() {
    enough.countDown();
    done.forEach(CompletableFuture::join);
  }
}
