package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.stream.CompletionStrategy;
import org.apache.pekko.stream.WatchedActorTerminatedException;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.typed.javadsl.ActorSource;

/** Joins a run's readers to the gateways that asked for them. Thread safe. */
public final class ReaderStreams {

  private final ActorSystem<?> system;
  private final Conduit conduit;
  private final Codec<Numbered> codec;

  public ReaderStreams(ActorSystem<?> system, Conduit conduit, Codec<Numbered> codec) {
    this.system = system;
    this.conduit = conduit;
    this.codec = codec;
  }

  /**
   * Starts a reader's stream. Each page is answered by {@code taken}; the reference stops with it.
   */
  ActorRef<Readers.Feed> open(Ticket events, ActorRef<Run.Command> run, Run.Command taken) {
    return ActorSource.<Readers.Feed, Run.Command>actorRefWithBackpressure(
            run,
            taken,
            feed ->
                feed instanceof Readers.Complete
                    ? Optional.of(CompletionStrategy.draining())
                    : Optional.empty(),
            feed ->
                feed instanceof Readers.Close(var error)
                    ? Optional.of(error.asException())
                    : Optional.empty())
        .watch(Adapter.toClassic(run))
        .mapError(WatchedActorTerminatedException.class, gone -> Audience.gone().asException())
        .mapConcat(
            feed -> feed instanceof Readers.Page(List<Numbered> events1) ? events1 : List.of())
        .to(conduit.to(events, codec))
        .run(system);
  }

  /** Sends stored events to {@code ticket}. */
  void replay(Ticket ticket, List<Numbered> events) {
    Source.from(events).runWith(conduit.to(ticket, codec), system);
  }
}
