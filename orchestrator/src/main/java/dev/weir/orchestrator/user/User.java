package dev.weir.orchestrator.user;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.conversation.UserShards;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.jspecify.annotations.Nullable;

/**
 * Admits everything one user asks for, and nobody else does: so check-then-act cannot race.
 *
 * <pre>
 * serving → serving  on every command; the ledger is told beside it, never waited for in place
 * serving → closing  on Stop: admits nothing, tells the ledger what is left to tell
 * closing → stopped  when the ledger has recorded all and has the rest of the block back
 * </pre>
 *
 * <p>Lives in memory. Its block belongs to this incarnation: after a crash what no settlement
 * proves unused is spent for its windows. Runs are counted from the reservations seen, so a new
 * incarnation learns of a run with its next reservation.
 *
 * <p>An attempt whose holder ends without settling is charged in full; a settlement that comes
 * later corrects nothing. Whoever gave up waiting for an answer settles without a reservation.
 */
public final class User {

  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "user");

  public sealed interface Command extends WireMessage {}

  /**
   * Asks for {@code demand} before a model is called. The limit of concurrent runs applies; a run
   * is counted by its response.
   *
   * @param holder when it ends, what it left open is charged in full
   */
  public record Reserve(
      Key key, Demand demand, ActorRef<?> holder, ActorRef<Admission> replyTo, TraceContext trace)
      implements Command {}

  /**
   * Tells what an attempt cost; to be told again until answered. An attempt works with one
   * reservation: where a second {@link Admission.Granted} arrives with another ticket, because the
   * user crashed in between, that one goes back with {@link Charge.Nothing}.
   *
   * @param reservation as granted; null if no answer came to {@link Reserve}
   */
  public record Settle(
      Key key,
      @Nullable Reservation reservation,
      Charge charge,
      ActorRef<Settled> replyTo,
      TraceContext trace)
      implements Command {}

  /** The settlement is stored. */
  public record Settled(Key key) implements WireMessage {}

  /**
   * Frees the place of a run; what it left open is charged in full. To be told again until
   * answered.
   */
  public record EndRun(String responseId, ActorRef<RunEnded> replyTo) implements Command {}

  /** The run's place is free. */
  public record RunEnded(String responseId) implements WireMessage {}

  public record Describe(ActorRef<Description> replyTo) implements Command {}

  /** Hands back what is unused, and ends. */
  public record Stop() implements Command {}

  private record HolderGone(ActorRef<?> holder) implements Command {}

  private record FromLedger(Ledger.Reply reply) implements Command {}

  private record Idle() implements Command {}

  /**
   * What every user is made of.
   *
   * @param newBlock names a block as nobody else ever will
   * @param idle without a command for so long, and with nothing open, a user leaves memory
   */
  public record Parts(
      UserDirectory directory, InstantSource clock, Supplier<String> newBlock, Duration idle) {}

  private record Reserving(ActorRef<Admission> replyTo, Span span) {}

  private record Settling(Settle settle, Span span) {}

  private final ActorContext<Command> context;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final String entityId;
  private final UserDirectory directory;
  private final InstantSource clock;
  private final ActorRef<Ledger.Post> ledger;
  private final Account account;
  private final Map<Key, Reserving> reserving = new HashMap<>();
  private final Map<Ticket, List<Settling>> settling = new HashMap<>();
  private final List<ActorRef<Description>> describing = new ArrayList<>();
  private final Map<ActorRef<?>, Set<Key>> holders = new HashMap<>();

  /** To be given to {@code ClusterSharding.init}: a user itself knows when it may leave memory. */
  public static Entity<Command, ShardingEnvelope<Command>> entity(
      ActorSystem<?> system, Parts parts) {
    BudgetMetrics.begin();
    return Entity.of(TYPE_KEY, entity -> create(entity.getEntityId(), entity.getShard(), parts))
        .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy())
        .withStopMessage(new Stop())
        .withMessageExtractor(new UserShards<>());
  }

  /** Where to send to all users from a node without {@code role}, which has none of its own. */
  public static ActorRef<ShardingEnvelope<Command>> proxy(ClusterSharding sharding, String role) {
    return sharding.init(
        Entity.of(TYPE_KEY, entity -> Behaviors.<Command>empty())
            .withRole(role)
            .withStopMessage(new Stop())
            .withMessageExtractor(new UserShards<>()));
  }

  public static Behavior<Command> create(
      String entityId, ActorRef<ClusterSharding.ShardCommand> shard, Parts parts) {
    return Behaviors.setup(context -> new User(context, entityId, shard, parts).serving());
  }

  private User(
      ActorContext<Command> context,
      String entityId,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Parts parts) {
    this.context = context;
    this.shard = shard;
    this.entityId = entityId;
    this.directory = parts.directory();
    this.clock = parts.clock();
    this.account = new Account(parts.newBlock().get(), clock.instant());
    this.ledger =
        context.spawn(
            Ledger.create(
                entityId,
                context.messageAdapter(Ledger.Reply.class, FromLedger::new),
                Ledger.Backoff.DEFAULT),
            "ledger");
    context.watch(ledger);
    context.setReceiveTimeout(parts.idle(), new Idle());
  }

  private Behavior<Command> serving() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(
            command -> {
              account.limits(directory.tier(entityId).limits());
              return onCommand(command);
            })
        .build();
  }

  private Behavior<Command> onCommand(Command command) {
    switch (command) {
      case Reserve reserve -> onReserve(reserve);
      case Settle settle -> onSettle(settle);
      case EndRun(String responseId, ActorRef<RunEnded> replyTo) -> {
        onEndRun(responseId);
        replyTo.tell(new RunEnded(responseId));
      }
      case Describe(ActorRef<Description> replyTo) -> describing.add(replyTo);
      case HolderGone(ActorRef<?> holder) -> onHolderGone(holder);
      case FromLedger(Ledger.Reply reply) -> onLedger(reply);
      case Idle() -> onIdle();
      case Stop() -> {
        account.close();
        return closing();
      }
    }
    tellLedger();
    return Behaviors.same();
  }

  /** Only the ledger is heard; callers ask again and reach the next incarnation. */
  private Behavior<Command> closing() {
    tellLedger();
    if (account.outstanding().isEmpty()) {
      return Behaviors.stopped();
    }
    return Behaviors.receive(Command.class)
        .onMessage(
            FromLedger.class,
            message -> {
              onLedger(message.reply());
              return closing();
            })
        .build();
  }

  private void onReserve(Reserve reserve) {
    hold(reserve.holder(), reserve.key());
    reserving.put(
        reserve.key(), new Reserving(reserve.replyTo(), Stage.RESERVE.begin(reserve.trace())));
    account.reserve(reserve.key(), reserve.demand(), clock.instant()).ifPresent(this::answer);
  }

  private void onSettle(Settle settle) {
    account
        .settle(settle.key(), settle.reservation(), settle.charge(), clock.instant())
        .ifPresentOrElse(
            ticket ->
                settling
                    .computeIfAbsent(ticket, t -> new ArrayList<>())
                    .add(new Settling(settle, Stage.LEDGER.begin(settle.trace()))),
            () -> settle.replyTo().tell(new Settled(settle.key())));
    reserving.remove(settle.key());
  }

  private void onEndRun(String responseId) {
    account.endRun(responseId, clock.instant());
    reserving.keySet().removeIf(key -> key.responseId().equals(responseId));
    forget(responseId);
  }

  private void forget(String responseId) {
    holders.values().forEach(keys -> keys.removeIf(key -> key.responseId().equals(responseId)));
    holders
        .entrySet()
        .removeIf(
            holder -> {
              boolean idle = holder.getValue().isEmpty();
              if (idle) {
                context.unwatch(holder.getKey());
              }
              return idle;
            });
  }

  private void onHolderGone(ActorRef<?> holder) {
    for (Key key : holders.getOrDefault(holder, Set.of())) {
      account.lose(key, clock.instant());
      account.leaveRun(key.responseId());
      reserving.remove(key);
    }
    holders.remove(holder);
  }

  private void onLedger(Ledger.Reply reply) {
    switch (reply) {
      case Ledger.Ready() ->
          account.outstanding().ifPresent(posting -> ledger.tell(new Ledger.Post(posting)));
      case Ledger.Answer(Posting.Posted posted) -> onPosted(posted);
    }
  }

  private void onPosted(Posting.Posted posted) {
    Account.Progress progress = account.posted(posted, clock.instant());
    progress.admissions().forEach(this::answer);
    for (Ticket ticket : progress.recorded()) {
      for (Settling settled : settling.getOrDefault(ticket, List.of())) {
        settled.span().finish();
        settled.settle().replyTo().tell(new Settled(settled.settle().key()));
      }
      settling.remove(ticket);
    }
    describing.forEach(replyTo -> replyTo.tell(account.describe()));
    describing.clear();
  }

  private void answer(Admission admission) {
    BudgetMetrics.answered(admission);
    Reserving asked = reserving.remove(admission.key());
    if (asked == null) {
      return;
    }
    if (admission instanceof Admission.Refused refused) {
      asked.span().fail(refused.error().code());
    } else {
      asked.span().finish();
    }
    asked.replyTo().tell(admission);
  }

  private void onIdle() {
    if (account.isIdle()) {
      shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
    }
  }

  private void hold(ActorRef<?> holder, Key key) {
    holders
        .computeIfAbsent(
            holder,
            unknown -> {
              context.watchWith(unknown, new HolderGone(unknown));
              return new HashSet<>();
            })
        .add(key);
  }

  private void tellLedger() {
    account
        .next(clock.instant(), !describing.isEmpty())
        .ifPresent(posting -> ledger.tell(new Ledger.Post(posting)));
  }
}
