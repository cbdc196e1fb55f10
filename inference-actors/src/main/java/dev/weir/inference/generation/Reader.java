package dev.weir.inference.generation;

import dev.weir.inference.cache.Replay;
import dev.weir.inference.provider.Delta;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitch;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One call that is answered from a shared answer: to its run it is a generation. Streaming →
 * stopped when the stream has ended, on Cancel, or when whoever asked for it stops.
 */
final class Reader {

  private Reader() {}

  /** Brings what {@code cursor} reads to the run's ticket, as fast as the run takes it. */
  static Behavior<Generation.Command> create(
      InferenceNode.Generate request, Replay.Cursor cursor, Generation.Dependencies dependencies) {
    return Behaviors.setup(
        context -> {
          context.watchWith(request.replyTo(), Generation.Cancel.NOW);
          release(request, dependencies);
          return reading(run(context, request, source(cursor), dependencies), cursor::close);
        });
  }

  /** A call that is kept for this node takes room at its sender until it has been fetched. */
  private static void release(
      InferenceNode.Generate request, Generation.Dependencies dependencies) {
    dependencies
        .conduit()
        .parcels()
        .open(request.call(), dependencies.codecs().calls())
        .exceptionally(gone -> null);
  }

  /** Brings {@code deltas} to the run's ticket; the actor hears when that is over. */
  static KillSwitch run(
      ActorContext<Generation.Command> context,
      InferenceNode.Generate request,
      Source<Delta, ?> deltas,
      Generation.Dependencies dependencies) {
    ActorRef<Generation.Command> self = context.getSelf();
    Pair<? extends KillSwitch, CompletionStage<Done>> running =
        deltas
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(
                dependencies.conduit().to(request.deltas(), dependencies.codecs().deltas()),
                Keep.both())
            .run(context.getSystem());
    running
        .second()
        .whenCompleteAsync((done, failure) -> self.tell(Generation.Ended.NOW), Runnable::run);
    return running.first();
  }

  private static Source<Delta, NotUsed> source(Replay.Cursor cursor) {
    return Source.unfoldAsync(
        cursor,
        reading ->
            reading.next().thenApply(delta -> delta.map(some -> Pair.create(reading, some))));
  }

  /** While the stream goes on; {@code close} follows it. */
  static Behavior<Generation.Command> reading(KillSwitch stream, Runnable close) {
    return Behaviors.receive(Generation.Command.class)
        .onMessage(Generation.Cancel.class, cancel -> Behaviors.stopped())
        .onMessage(Generation.Ended.class, ended -> Behaviors.stopped())
        .onSignal(
            PostStop.class,
            stopped -> {
              stream.shutdown();
              close.run();
              return Behaviors.same();
            })
        .build();
  }
}
