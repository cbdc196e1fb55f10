package dev.weir.gateway.socket;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;

/** Every socket that is open now. Thread safe. */
final class OpenSockets {

  private final Map<Object, Runnable> closers = new ConcurrentHashMap<>();
  private final CompletableFuture<Done> drained = new CompletableFuture<>();
  private volatile boolean draining;

  /**
   * Adds a socket.
   *
   * @param drain asks it to close once its turns are done
   */
  void add(Object socket, Runnable drain) {
    closers.put(socket, drain);
    if (draining) {
      drain.run();
    }
  }

  void remove(Object socket) {
    closers.remove(socket);
    completeIfDrained();
  }

  /** Asks all to close, those that are still to come too; completes when none is open. */
  CompletionStage<Done> drain() {
    draining = true;
    closers.values().forEach(Runnable::run);
    completeIfDrained();
    return drained;
  }

  private void completeIfDrained() {
    if (draining && closers.isEmpty()) {
      drained.complete(Done.getInstance());
    }
  }
}
