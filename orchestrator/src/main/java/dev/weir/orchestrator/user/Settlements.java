package dev.weir.orchestrator.user;

import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * Brings every settlement of one node to its user, and then the end of the run, each again and
 * again until it is acknowledged. It is the holder of the node's reservations: what is still open
 * when the node dies is charged in full.
 */
public final class Settlements {

  private static final Duration RETRY = Duration.ofSeconds(2);

  public sealed interface Command {}

  /** Settles one attempt of the user with this entity id. */
  public record Settle(
      String entityId,
      Key key,
      @Nullable Reservation reservation,
      Charge charge,
      TraceContext trace)
      implements Command {}

  /** Frees the run's place once all its attempts are settled. */
  public record EndRun(String entityId, String responseId) implements Command {}

  /** Answers once everything told so far is acknowledged. */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private record Acknowledged(User.Settled settled) implements Command {}

  private record EndAcknowledged(User.RunEnded ended) implements Command {}

  private enum Retry implements Command {
    NOW
  }

  private final ActorRef<ShardingEnvelope<User.Command>> users;
  private final ActorRef<User.Settled> acknowledgements;
  private final ActorRef<User.RunEnded> endAcknowledgements;

  private record Pending(Settle settle, Span span) {}

  private final Map<Key, Pending> pending = new HashMap<>();
  private final Map<String, Integer> open = new HashMap<>();

  /** Ends that wait for settlements, and those that are told. */
  private final Map<String, EndRun> ending = new HashMap<>();

  private final Map<String, EndRun> ended = new HashMap<>();

  /** Keys and responses told since the last retry. */
  private final Set<Object> young = new HashSet<>();

  private final List<ActorRef<Done>> draining = new ArrayList<>();

  public static Behavior<Command> create(ActorRef<ShardingEnvelope<User.Command>> users) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Retry.NOW, RETRY);
                  return new Settlements(context, users).settling();
                }));
  }

  private Settlements(
      ActorContext<Command> context, ActorRef<ShardingEnvelope<User.Command>> users) {
    this.users = users;
    this.acknowledgements = context.messageAdapter(User.Settled.class, Acknowledged::new);
    this.endAcknowledgements = context.messageAdapter(User.RunEnded.class, EndAcknowledged::new);
  }

  private Behavior<Command> settling() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Settle settle -> onSettle(settle);
            case EndRun end -> onEnd(end);
            case Acknowledged(User.Settled(Key key)) -> onSettled(key);
            case EndAcknowledged(User.RunEnded(String responseId)) -> ended.remove(responseId);
            case Drain(ActorRef<Done> replyTo) -> draining.add(replyTo);
            case Retry now -> retry();
          }
          answerDrained();
          return Behaviors.same();
        });
  }

  private void onSettle(Settle settle) {
    Pending begun = new Pending(settle, Stage.SETTLE.begin(settle.trace()));
    if (pending.put(settle.key(), begun) == null) {
      open.merge(settle.key().responseId(), 1, Integer::sum);
    }
    young.add(settle.key());
    send(begun);
  }

  private void onEnd(EndRun end) {
    if (open.containsKey(end.responseId())) {
      ending.put(end.responseId(), end);
    } else {
      begin(end);
    }
  }

  private void onSettled(Key key) {
    Pending settled = pending.remove(key);
    if (settled == null) {
      return;
    }
    settled.span().finish();
    young.remove(key);
    Integer left = open.computeIfPresent(key.responseId(), (id, n) -> n == 1 ? null : n - 1);
    EndRun end = left == null ? ending.remove(key.responseId()) : null;
    if (end != null) {
      begin(end);
    }
  }

  private void begin(EndRun end) {
    ended.put(end.responseId(), end);
    young.add(end.responseId());
    send(end);
  }

  private void answerDrained() {
    if (pending.isEmpty() && ending.isEmpty() && ended.isEmpty()) {
      draining.forEach(replyTo -> replyTo.tell(Done.getInstance()));
      draining.clear();
    }
  }

  /** Those that have had a whole interval for their answer. */
  private void retry() {
    pending.values().stream()
        .filter(begun -> !young.contains(begun.settle().key()))
        .forEach(this::send);
    ended.values().stream().filter(end -> !young.contains(end.responseId())).forEach(this::send);
    young.clear();
  }

  private void send(Pending begun) {
    Settle settle = begun.settle();
    users.tell(
        new ShardingEnvelope<>(
            settle.entityId(),
            new User.Settle(
                settle.key(),
                settle.reservation(),
                settle.charge(),
                acknowledgements,
                begun.span().context())));
  }

  private void send(EndRun end) {
    users.tell(
        new ShardingEnvelope<>(
            end.entityId(), new User.EndRun(end.responseId(), endAcknowledgements)));
  }
}
