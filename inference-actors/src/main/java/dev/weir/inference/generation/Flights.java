package dev.weir.inference.generation;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.AnswerStore;
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
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Answers the calls of one node that share answers: from a {@link Flight} that is under way, else
 * from the cache, else from the store of all nodes, else by the answer to a {@link Similar}
 * question, else by a new flight, whose answer is kept when it is whole. Routers send equal calls
 * to one node, so that this is so for the cluster.
 *
 * <p>What is invalidated is forgotten, and what is under way for it is not kept: it serves those
 * who read it, and nobody joins it. That is done again once the store has forgotten: until then it
 * may have given what was to be forgotten.
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

  private record Looked(Wanted wanted, AnswerStore.Found found) implements Command {}

  /** Where a question lies; null for nowhere. */
  record Measured(Wanted wanted, @Nullable ByteString vector) implements Command {}

  /** That has taken too long. */
  record Late(Wanted wanted) implements Command {}

  private record ForgottenThere(Invalidate request, Forgotten before, boolean there)
      implements Command {}

  private record FlightGone(ActorRef<Flight.Command> flight) implements Command {}

  private record ReaderGone() implements Command {}

  /** Forgets what is selected. */
  public record Invalidate(Selection selection, ActorRef<Forgotten> replyTo)
      implements Command, WireMessage {}

  /**
   * Answers {@link Invalidate}: how many answers were kept, and how many were under way.
   *
   * @param storeSilent whether the store of all nodes may still have some
   */
  public record Forgotten(int kept, int underWay, boolean storeSilent) implements WireMessage {

    Forgotten plus(Forgotten later) {
      return new Forgotten(
          kept + later.kept, underWay + later.underWay, storeSilent || later.storeSilent);
    }
  }

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
  private final AnswerStore store;
  private final ActorRef<InferenceNode.Command> node;

  /** Those that may be joined, by key; and every one that lives. */
  private final Map<String, ActorRef<Flight.Command>> joinable = new HashMap<>();

  private final Map<ActorRef<Flight.Command>, Wanted> flights = new HashMap<>();

  /** What is looked for: what may be joined, by key; and how many in all. */
  private final Map<String, Wanted> lookups = new HashMap<>();

  private int looking;
  private final Similar similar;
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
    this.store = answers.store();
    this.node = node;
    this.similar = new Similar(context, dependencies, node);
  }

  private Behavior<Command> serving() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Serve serve -> onServe(serve);
            case Looked(Wanted wanted, AnswerStore.Found found) -> onLooked(wanted, found);
            case Measured(Wanted wanted, var vector) -> onMeasured(wanted, vector);
            case Late(Wanted wanted) -> onLate(wanted);
            case Landed(var flight, Replay answer) -> onLanded(flight, answer);
            case FlightGone(var flight) -> onGone(flight);
            case ReaderGone gone -> readers--;
            case Invalidate request -> onInvalidate(request);
            case ForgottenThere(var request, Forgotten before, boolean there) ->
                onForgottenThere(request, before, there);
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
    Wanted wanted = fresh || flight != null ? null : lookups.get(key);
    Replay kept = fresh || flight != null || wanted != null ? null : answers.find(key);
    if (kept != null) {
      count(serve, "hit");
      replay(serve, kept, 0);
    } else if (flight != null) {
      join(serve, flight);
    } else if (wanted != null) {
      wanted.add(serve);
    } else {
      look(new Wanted(serve), serve.order());
    }
  }

  private static void count(Serve serve, String result) {
    Metrics.cached(serve.deployment().label(), result);
  }

  private void replay(Serve serve, Replay kept, double similarity) {
    Replay.Cursor cursor = kept.open(Origin.CACHE, similarity, () -> {});
    InferenceNode.Generate request = serve.request();
    ActorRef<Generation.Command> reader =
        context.spawnAnonymous(Reader.create(request, cursor, dependencies));
    context.watchWith(reader, new ReaderGone());
    readers++;
    request.replyTo().tell(new InferenceNode.Accepted(request.id(), reader, true, Origin.CACHE));
  }

  private static void join(Serve serve, ActorRef<Flight.Command> flight) {
    count(serve, "joined");
    flight.tell(new Flight.Join(serve.request()));
  }

  private void look(Wanted wanted, CacheOrder order) {
    lookups.put(order.key(), wanted);
    joinable.remove(order.key());
    if (store == AnswerStore.NONE) {
      compare(wanted);
      return;
    }
    looking++;
    context.pipeToSelf(
        store.find(order),
        (found, failure) ->
            new Looked(wanted, failure == null ? found : AnswerStore.Found.NOTHING));
  }

  private void onLooked(Wanted wanted, AnswerStore.Found found) {
    looking--;
    CacheOrder order = wanted.order();
    Replay answer = order.refresh() ? null : found.answer();
    wanted.began(found.mark());
    if (answer == null) {
      compare(wanted);
      return;
    }
    if (lookups.remove(order.key(), wanted)) {
      answers.keep(order.within(found.left()), answer);
    }
    serveAll(wanted, answer, 0, "stored");
  }

  private void serveAll(Wanted wanted, Replay answer, double similarity, String result) {
    for (Serve serve : wanted.all()) {
      count(serve, result);
      replay(serve, answer, similarity);
    }
  }

  private void compare(Wanted wanted) {
    if (!similar.measure(wanted)) {
      begin(wanted);
    }
  }

  private void onMeasured(Wanted wanted, @Nullable ByteString vector) {
    if (similar.measured(wanted, vector)) {
      similar
          .find(wanted)
          .ifPresentOrElse(
              like -> {
                lookups.remove(wanted.order().key(), wanted);
                serveAll(wanted, like.answer(), like.similarity(), "similar");
              },
              () -> begin(wanted));
    }
  }

  private void onLate(Wanted wanted) {
    if (similar.giveUp(wanted)) {
      begin(wanted);
    }
  }

  /** Joined by those who come, unless there is a newer one by now. */
  private void begin(Wanted wanted) {
    Serve first = wanted.first();
    CacheOrder order = first.order();
    count(first, "miss");
    ActorRef<Flight.Command> flight =
        context.spawnAnonymous(
            Flight.create(
                first.request(), first.deployment(), order, dependencies, node, context.getSelf()));
    context.watchWith(flight, new FlightGone(flight));
    flights.put(flight, wanted);
    if (lookups.remove(order.key(), wanted)) {
      joinable.put(order.key(), flight);
    } else if (!lookups.containsKey(order.key())) {
      joinable.putIfAbsent(order.key(), flight);
    }
    wanted.others().forEach(serve -> join(serve, flight));
  }

  /** Kept only where it can still be joined: else it was invalidated, or there is a newer one. */
  private void onLanded(ActorRef<Flight.Command> flight, Replay answer) {
    @Nullable Wanted landed = flights.get(flight);
    if (landed != null && joinable.remove(landed.order().key(), flight) && answer.isComplete()) {
      answers.keep(landed.order(), answer);
      similar.keep(landed);
      if (landed.mark() != null) {
        store.keep(landed.order(), landed.mark(), answer);
      }
    }
    flight.tell(Flight.Close.NOW);
  }

  private void onGone(ActorRef<Flight.Command> flight) {
    @Nullable Wanted gone = flights.remove(flight);
    if (gone != null) {
      joinable.remove(gone.order().key(), flight);
    }
  }

  private void onInvalidate(Invalidate request) {
    Forgotten here = forget(request.selection());
    if (store == AnswerStore.NONE) {
      request.replyTo().tell(here);
      return;
    }
    context.pipeToSelf(
        store.forget(request.selection()),
        (there, failure) -> new ForgottenThere(request, here, failure == null && there));
  }

  private void onForgottenThere(Invalidate request, Forgotten before, boolean there) {
    Forgotten since = forget(request.selection());
    request.replyTo().tell(before.plus(since).plus(new Forgotten(0, 0, !there)));
  }

  private Forgotten forget(Selection selection) {
    int before = joinable.size() + lookups.size();
    joinable.values().removeIf(flight -> selection.includes(flights.get(flight).order()));
    lookups.values().removeIf(wanted -> selection.includes(wanted.order()));
    int underWay = before - joinable.size() - lookups.size();
    return new Forgotten(answers.remove(selection), underWay, false);
  }

  private void answerDrained() {
    if (flights.isEmpty() && readers == 0 && looking == 0 && similar.isIdle()) {
      awaitingDrain.forEach(replyTo -> replyTo.tell(Done.getInstance()));
      awaitingDrain.clear();
    }
  }
}
