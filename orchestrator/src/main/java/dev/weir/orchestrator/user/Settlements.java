package dev.weir.orchestrator.user;

import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.jspecify.annotations.Nullable;

/**
 * Brings every settlement of one node to its user, again and again until it is acknowledged, and
 * then the end of the run. It is the holder of the node's reservations: what is still open when the
 * node dies is charged in full.
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

  private record Acknowledged(User.Settled settled) implements Command {}

  private enum Retry implements Command {
    NOW
  }

  private final ActorRef<ShardingEnvelope<User.Command>> users;
  private final ActorRef<User.Settled> acknowledgements;

  private record Pending(Settle settle, Span span) {}

  private final Map<Key, Pending> pending = new HashMap<>();
  private final Map<String, Integer> open = new HashMap<>();
  private final Map<String, EndRun> ending = new HashMap<>();
  private final Set<Key> young = new HashSet<>();

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
  }

  private Behavior<Command> settling() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Settle settle -> onSettle(settle);
            case EndRun end -> onEnd(end);
            case Acknowledged(User.Settled(Key key)) -> onSettled(key);
            case Retry now -> retry();
          }
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
      send(end);
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
      send(end);
    }
  }

  /** Those that have had a whole interval for their answer. */
  private void retry() {
    pending.values().stream()
        .filter(begun -> !young.contains(begun.settle().key()))
        .forEach(this::send);
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
                false,
                acknowledgements,
                begun.span().context())));
  }

  private void send(EndRun end) {
    users.tell(new ShardingEnvelope<>(end.entityId(), new User.EndRun(end.responseId())));
  }
}
