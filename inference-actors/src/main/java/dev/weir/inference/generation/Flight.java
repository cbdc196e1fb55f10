package dev.weir.inference.generation;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.Origin;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.javadsl.Sink;
import org.jspecify.annotations.Nullable;

/**
 * One generation for all who ask the same at once.
 *
 * <p>Asking → Flying when the inference node takes it, or → Refused, as are all who asked; Flying →
 * Over when its stream has ended. In each, when nobody reads any more or will, and {@link Flights}
 * agrees by Close, it stops, and the exchange with the upstream with it.
 */
final class Flight {

  sealed interface Command {}

  /** One more call that asks the same. */
  record Join(InferenceNode.Generate request) implements Command {}

  /** No more will join. */
  enum Close implements Command {
    NOW
  }

  private record Replied(InferenceNode.Reply reply) implements Command {}

  private record Pays(InferenceNode.Generate request) implements Command {}

  private record ReaderGone(ActorRef<Generation.Command> reader) implements Command {}

  private enum Over implements Command {
    NOW
  }

  /** Its generation has ended; what it had to say is here soon, or never comes. */
  private enum GenerationGone implements Command {
    NOW
  }

  private enum NothingCame implements Command {
    NOW
  }

  private static final int WINDOW = 64 * 1024;
  private static final Duration LAST_WORDS_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Generation.Dependencies dependencies;
  private final ActorRef<Flights.Command> flights;
  private final Replay replay;
  private final Map<ActorRef<Generation.Command>, InferenceNode.Generate> readers =
      new LinkedHashMap<>();
  private InferenceNode.Generate paying;
  private boolean begun;
  private boolean over;
  private boolean closed;
  private @Nullable WeirError refused;
  private @Nullable ActorRef<Generation.Command> generation;

  /**
   * Begins a flight for {@code leader}, which pays.
   *
   * @param node makes the generation
   */
  static Behavior<Command> create(
      InferenceNode.Generate leader,
      Deployment deployment,
      CacheOrder order,
      Generation.Dependencies dependencies,
      ActorRef<InferenceNode.Command> node,
      ActorRef<Flights.Command> flights) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  Flight flight = new Flight(context, timers, leader, order, dependencies, flights);
                  flight.add(leader, Origin.MODEL);
                  flight.ask(node, deployment);
                  return flight.flying();
                }));
  }

  private Flight(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      InferenceNode.Generate leader,
      CacheOrder order,
      Generation.Dependencies dependencies,
      ActorRef<Flights.Command> flights) {
    this.context = context;
    this.timers = timers;
    this.paying = leader;
    this.dependencies = dependencies;
    this.flights = flights;
    this.replay = new Replay(order.key());
  }

  private void ask(ActorRef<InferenceNode.Command> node, Deployment deployment) {
    Conduit.Inbound<Delta> inbound =
        dependencies
            .conduit()
            .open(dependencies.codecs().deltas(), WINDOW, deployment.timeouts().whole());
    context.pipeToSelf(
        inbound.source().mapAsync(1, replay::append).runWith(Sink.ignore(), context.getSystem()),
        (done, failure) -> {
          if (failure == null) {
            replay.end();
          } else {
            replay.fail(WeirError.of(failure));
          }
          return Over.NOW;
        });
    node.tell(
        paying.shared(
            inbound.ticket(), context.messageAdapter(InferenceNode.Reply.class, Replied::new)));
  }

  private Behavior<Command> flying() {
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case Join(InferenceNode.Generate request) -> onJoin(request);
              case Replied(InferenceNode.Reply reply) -> onReply(reply);
              case Pays(InferenceNode.Generate request) -> onPays(request);
              case ReaderGone(var reader) -> onReaderGone(reader);
              case Over now -> onOver();
              case GenerationGone now -> onGenerationGone();
              case NothingCame now -> onNothingCame();
              case Close now -> {
                closed = true;
                yield orStop();
              }
            });
  }

  private Behavior<Command> onJoin(InferenceNode.Generate request) {
    if (refused != null) {
      request.replyTo().tell(new InferenceNode.Rejected(request.id(), refused));
      return Behaviors.same();
    }
    ActorRef<Generation.Command> reader = add(request, Origin.FLIGHT);
    if (generation != null || over) {
      accept(reader, request);
    }
    return Behaviors.same();
  }

  private ActorRef<Generation.Command> add(InferenceNode.Generate request, Origin origin) {
    ActorRef<Command> self = context.getSelf();
    Replay.Cursor cursor = replay.open(origin, () -> self.tell(new Pays(request)));
    ActorRef<Generation.Command> reader =
        context.spawnAnonymous(Reader.create(request, cursor, dependencies));
    context.watchWith(reader, new ReaderGone(reader));
    readers.put(reader, request);
    return reader;
  }

  private void accept(ActorRef<Generation.Command> reader, InferenceNode.Generate request) {
    boolean pays = request.equals(paying);
    request
        .replyTo()
        .tell(
            new InferenceNode.Accepted(
                request.id(), reader, !(pays && begun), pays ? Origin.MODEL : Origin.FLIGHT));
  }

  private Behavior<Command> onReply(InferenceNode.Reply reply) {
    return switch (reply) {
      case InferenceNode.Accepted accepted -> {
        generation = accepted.generation();
        context.watchWith(accepted.generation(), GenerationGone.NOW);
        begun = !accepted.queued();
        readers.forEach(this::accept);
        yield Behaviors.same();
      }
      case InferenceNode.Rejected(var id, WeirError error) -> {
        refused = error;
        tellAll(other -> new InferenceNode.Rejected(other, error));
        readers.keySet().forEach(reader -> reader.tell(Generation.Cancel.NOW));
        yield Behaviors.same();
      }
      case InferenceNode.Queued(var id, int position) -> {
        tellAll(other -> new InferenceNode.Queued(other, position));
        yield Behaviors.same();
      }
      case InferenceNode.Started started -> {
        begun = true;
        tellOfStart();
        yield Behaviors.same();
      }
    };
  }

  private void tellAll(Function<GenerationId, InferenceNode.Reply> reply) {
    readers.values().forEach(request -> request.replyTo().tell(reply.apply(request.id())));
  }

  /** From now on it costs; the others hear of no start, because it costs them nothing. */
  private void tellOfStart() {
    paying.replyTo().tell(new InferenceNode.Started(paying.id()));
  }

  private Behavior<Command> onPays(InferenceNode.Generate request) {
    paying = request;
    if (begun) {
      tellOfStart();
    }
    return Behaviors.same();
  }

  private Behavior<Command> onReaderGone(ActorRef<Generation.Command> reader) {
    readers.remove(reader);
    if (readers.isEmpty() && !closed) {
      flights.tell(new Flights.Landed(context.getSelf(), replay));
    }
    return orStop();
  }

  private Behavior<Command> onOver() {
    over = true;
    flights.tell(new Flights.Landed(context.getSelf(), replay));
    return orStop();
  }

  private Behavior<Command> onGenerationGone() {
    if (!over) {
      timers.startSingleTimer(NothingCame.NOW, LAST_WORDS_WITHIN);
    }
    return Behaviors.same();
  }

  private Behavior<Command> onNothingCame() {
    if (over) {
      return Behaviors.same();
    }
    replay.fail(new WeirError.Internal("generation_lost", "The generation ended without a word."));
    return onOver();
  }

  /** A flight that nobody reads ends, once it is certain that nobody will. */
  private Behavior<Command> orStop() {
    if (!readers.isEmpty() || !closed) {
      return Behaviors.same();
    }
    if (!over && generation != null) {
      generation.tell(Generation.Cancel.NOW);
    }
    return Behaviors.stopped();
  }
}
