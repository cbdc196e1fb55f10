package dev.weir.gateway.node;

import dev.weir.gateway.http.InFlight;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.pattern.Patterns;

/**
 * How this node goes, whoever asks for it: first it is no longer ready, then, {@code
 * weir.cluster.drain-delay} later, it takes no new runs and those it has, its generations and
 * answers end (or {@code weir.cluster.drain-timeout} does), then it stops listening and leaves.
 * Thread safe.
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

  /**
   * The work of a node that its shutdown waits for.
   *
   * @param runs its own, which end first: they may need its generations
   * @param embeddings requests for them, of any gateway
   * @param generations also for runs of other nodes
   */
  record Work(
      Optional<ActorRef<RunHost.Command>> runs,
      Optional<ActorRef<EmbedHost.Command>> embeddings,
      Optional<ActorRef<InferenceNode.Command>> generations,
      InFlight answers) {}

  /** Makes the system's shutdown wait {@code delay}, and then for {@code work}. */
  void waitFor(Work work, Duration delay, Duration drainTimeout) {
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseBeforeServiceUnbind(),
            "drain",
            () -> {
              begun.set(true);
              return Patterns.after(
                      delay, system, () -> drained(work.runs(), RunHost.Drain::new, drainTimeout))
                  .thenCompose(
                      done -> drained(work.embeddings(), EmbedHost.Drain::new, drainTimeout))
                  .thenCompose(
                      done -> drained(work.generations(), InferenceNode.Drain::new, drainTimeout))
                  .thenCompose(done -> work.answers().none());
            });
  }

  private <C> CompletionStage<Done> drained(
      Optional<ActorRef<C>> actor, Function<ActorRef<Done>, C> drain, Duration drainTimeout) {
    if (actor.isEmpty()) {
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    return AskPattern.<C, Done>ask(actor.get(), drain::apply, drainTimeout, system.scheduler())
        .exceptionally(
            late -> {
              system.log().warn("Leaving although work goes on after {}", drainTimeout);
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
