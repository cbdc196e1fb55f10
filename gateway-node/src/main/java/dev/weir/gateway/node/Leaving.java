package dev.weir.gateway.node;

import dev.weir.gateway.http.InFlight;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.jspecify.annotations.Nullable;

/**
 * How this node goes, whoever asks for it: first it is no longer ready and takes no new runs, then
 * its runs and answers end (or {@code weir.cluster.drain-timeout} does), then it stops listening
 * and leaves. Thread safe.
 */
final class Leaving {

  private final ActorSystem<?> system;
  private final AtomicBoolean begun = new AtomicBoolean();

  Leaving(ActorSystem<?> system) {
    this.system = system;
  }

  boolean hasBegun() {
    return begun.get();
  }

  /** Makes the system's shutdown wait for the runs of {@code host}, if any, and for answers. */
  void waitFor(@Nullable ActorRef<RunHost.Command> host, InFlight inFlight, Duration drainTimeout) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "drain",
            () -> {
              begun.set(true);
              return drained(host, drainTimeout).thenCompose(done -> inFlight.none());
            });
  }

  private CompletionStage<Done> drained(
      @Nullable ActorRef<RunHost.Command> host, Duration drainTimeout) {
    if (host == null) {
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    return AskPattern.ask(host, RunHost.Drain::new, drainTimeout, system.scheduler())
        .exceptionally(
            late -> {
              system.log().warn("Leaving although runs go on after {}", drainTimeout);
              return Done.getInstance();
            });
  }

  /**
   * Makes the system's shutdown stop {@code server} from listening. Its open connections live until
   * the system ends: to terminate them would cut answers whose last bytes are on their way.
   */
  ServerBinding stopListening(ServerBinding server) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "unbind-" + server.localAddress().getPort(),
            server::unbind);
    return server;
  }

  /** Goes; the process ends with the node unless {@code weir.cluster.exit-jvm} is off. */
  void begin() {
    begun.set(true);
    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason());
  }
}
