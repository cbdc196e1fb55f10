package dev.weir.inference.generation;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/**
 * Answers the calls of one node that share answers: from a {@link Flight} that is under way, else
 * from the cache, else by a new flight, whose answer is kept when it is whole. Routers send equal
 * calls to one node, so that this is so for the cluster.
 *
 * <p>What is invalidated is forgotten, and what is under way for it is not kept: it serves those
 * who read it, and nobody joins it.
 */
public final class Flights {

  /** Under which every node's is found. */
  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "answers");

  public sealed interface Command {}

  /** Answer this call. */
  record Serve(InferenceNode.Generate request, Deployment deployment, CacheOrder order)
      implements Command {}

  /** A flight is over, or nobody reads it any more. */
  record Landed(ActorRef<Flight.Command> flight, Replay answer) implements Command {}

  /** Answers when nobody reads any more; nothing new comes then. */
  record Drain(ActorRef<Done> replyTo) implements Command {}

  private record FlightGone(ActorRef<Flight.Command> flight) implements Command {}

  private record ReaderGone() implements Command {}

  /** Forgets what is selected. */
  public record Invalidate(Selection selection, ActorRef<Forgotten> replyTo)
      implements Command, WireMessage {}

  /** Answers {@link Invalidate}: how many answers were kept, and how many were under way. */
  public record Forgotten(int kept, int underWay) implements WireMessage {}

  /** Asks what is kept. */
  public record Survey(ActorRef<Census> replyTo) implements Command, WireMessage {}

  /** Answers {@link Survey}, by model. */
  public record Census(Map<String, AnswerCache.Count> models) implements WireMessage {
    public Census {
      models = Map.copyOf(models);
    }
  }

  private final ActorContext<Command> context;
  private final Generation.Dependencies dependencies;
  private final AnswerCache answers;
  private final ActorRef<InferenceNode.Command> node;

  /** Those that may be joined, by key; and every one that lives. */
  private final Map<String, ActorRef<Flight.Command>> joinable = new HashMap<>();

  private final Map<ActorRef<Flight.Command>, CacheOrder> flights = new HashMap<>();
  private final List<ActorRef<Done>> awaitingDrain = new ArrayList<>();
  private int readers;

  static Behavior<Command> create(
      Generation.Dependencies dependencies, ActorRef<InferenceNode.Command> node) {
    return Behaviors.setup(
        context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return new Flights(context, dependencies, node).serving();
        });
  }

  private Flights(
      ActorContext<Command> context,
      Generation.Dependencies dependencies,
      ActorRef<InferenceNode.Command> node) {
    this.context = context;
    this.dependencies = dependencies;
    this.answers = dependencies.answers();
    this.node = node;
  }

  private Behavior<Command> serving() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Serve serve -> onServe(serve);
            case Landed(var flight, Replay answer) -> onLanded(flight, answer);
            case FlightGone(var flight) -> onGone(flight);
            case ReaderGone gone -> readers--;
            case Invalidate(Selection selection, var replyTo) ->
                replyTo.tell(invalidate(selection));
            case Survey(var replyTo) -> replyTo.tell(new Census(answers.census()));
            case Drain(var replyTo) -> awaitingDrain.add(replyTo);
          }
          answerDrained();
          return Behaviors.same();
        });
  }

  /** What is being made is newer than what is kept. */
  private void onServe(Serve serve) {
    String key = serve.order().key();
    boolean fresh = serve.order().refresh();
    ActorRef<Flight.Command> flight = fresh ? null : joinable.get(key);
    Replay kept = fresh || flight != null ? null : answers.find(key);
    String result = kept != null ? "hit" : flight != null ? "joined" : "miss";
    Metrics.cached(serve.deployment().label(), result);
    if (kept != null) {
      replay(serve.request(), kept);
    } else if (flight != null) {
      flight.tell(new Flight.Join(serve.request()));
    } else {
      begin(serve);
    }
  }

  private void replay(InferenceNode.Generate request, Replay kept) {
    Replay.Cursor cursor = kept.open(Origin.CACHE, () -> {});
    ActorRef<Generation.Command> reader =
        context.spawnAnonymous(Reader.create(request, cursor, dependencies));
    context.watchWith(reader, new ReaderGone());
    readers++;
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), reader, true, Origin.CACHE));
  }

  private void begin(Serve serve) {
    ActorRef<Flight.Command> flight =
        context.spawnAnonymous(
            Flight.create(
                serve.request(),
                serve.deployment(),
                serve.order(),
                dependencies,
                node,
                context.getSelf()));
    context.watchWith(flight, new FlightGone(flight));
    flights.put(flight, serve.order());
    joinable.put(serve.order().key(), flight);
  }

  /** Kept only where it can still be joined: else it was invalidated, or there is a newer one. */
  private void onLanded(ActorRef<Flight.Command> flight, Replay answer) {
    @Nullable CacheOrder order = flights.get(flight);
    if (order != null && joinable.remove(order.key(), flight) && answer.isComplete()) {
      answers.keep(order, answer);
    }
    flight.tell(Flight.Close.NOW);
  }

  private void onGone(ActorRef<Flight.Command> flight) {
    @Nullable CacheOrder order = flights.remove(flight);
    if (order != null) {
      joinable.remove(order.key(), flight);
    }
  }

  private Forgotten invalidate(Selection selection) {
    int before = joinable.size();
    joinable.values().removeIf(flight -> selection.includes(flights.get(flight)));
    return new Forgotten(answers.remove(selection), before - joinable.size());
  }

  private void answerDrained() {
    if (flights.isEmpty() && readers == 0) {
      awaitingDrain.forEach(replyTo -> replyTo.tell(Done.getInstance()));
      awaitingDrain.clear();
    }
  }
}
