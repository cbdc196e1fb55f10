package dev.weir.orchestrator.conversation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Span;
import dev.weir.cluster.telemetry.Stage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.conversation.ConversationState.Hold;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import javax.crypto.SecretKey;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * One conversation: a tree of turns by parent id, each sealed under the conversation's key.
 *
 * <pre>
 * key        fetching → absent | present | destroyed      requests wait while it is fetched
 * absent     → present      on the first write
 * present    → destroyed    on Delete; from then on everything is not found
 * free       → held         on an exclusive Context; another run's is refused
 * held       → free         on the run's Append or Release, or the end of its holder
 * </pre>
 *
 * <p>An implicit conversation begins with its first turn, a named one with {@link Create}; only a
 * named one has a head, metadata and a list of items. Every request may be repeated. The hold is
 * stored before it is answered: it outlives the entity, and ends with its holder wherever that
 * runs.
 */
public final class Conversation
    extends EventSourcedBehaviorWithEnforcedReplies<
        Conversation.Command, ConversationEvent, ConversationState> {

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "conversation");

  private static final WeirError LOCKED =
      new WeirError.Conflict(
          "conversation_locked",
          "Another response is being made in this conversation; wait for it.");
  private static final int EVENTS_PER_SNAPSHOT = 50;

  public sealed interface Command extends WireMessage {}

  /** What is asked from outside; all are answered. */
  public sealed interface Request extends Command {
    ActorRef<Reply> replyTo();

    /** Where its request stands in its trace. */
    default TraceContext trace() {
      return TraceContext.NONE;
    }
  }

  /**
   * Asks for the items before a new turn: the path from the root to {@code parent}, or to the head
   * of a named conversation when {@code exclusive}, which then holds it for this one response until
   * it is appended or released or {@code holder} ends. Answered by {@link Items}.
   */
  public record Context(
      @Nullable String parent,
      boolean exclusive,
      String responseId,
      ActorRef<?> holder,
      ActorRef<Reply> replyTo,
      @Override TraceContext trace)
      implements Request {}

  /**
   * Adds a response's input and output behind {@code parent}, or behind the head when {@code
   * exclusive}. Idempotent by response id. Answered by {@link Done}.
   */
  public record Append(
      String responseId,
      @Nullable String parent,
      boolean exclusive,
      Packed items,
      ActorRef<Reply> replyTo,
      @Override TraceContext trace)
      implements Request {}

  /** Ends a response's hold without a turn. Answered by {@link Done}. */
  public record Release(String responseId, ActorRef<Reply> replyTo) implements Request {}

  /** Begins a named conversation. Answered by {@link Description}. */
  public record Create(String commandId, Map<String, String> metadata, ActorRef<Reply> replyTo)
      implements Request {}

  public record Describe(ActorRef<Reply> replyTo) implements Request {}

  /** Replaces the metadata. Answered by {@link Description}. */
  public record UpdateMetadata(Map<String, String> metadata, ActorRef<Reply> replyTo)
      implements Request {}

  /** Destroys the key, and all with it. Answered by {@link Done}. */
  public record Delete(String commandId, ActorRef<Reply> replyTo) implements Request {}

  /** Adds items at the head of a named conversation. Answered by {@link Done}. */
  public record AddItems(String commandId, Packed items, ActorRef<Reply> replyTo)
      implements Request {}

  /** Lists the items up to the head, those behind {@code after}. Answered by {@link Page}. */
  public record ListItems(
      boolean newestFirst, @Nullable String after, int limit, ActorRef<Reply> replyTo)
      implements Request {}

  /** Answered by {@link Items} of one. */
  public record GetItem(String item, ActorRef<Reply> replyTo) implements Request {}

  public record DeleteItem(String item, ActorRef<Reply> replyTo) implements Request {}

  /**
   * Says that a response was deleted: nothing new may continue it. What continues it already keeps
   * its context. Answered by {@link Done}.
   */
  public record RemoveTurn(String responseId, ActorRef<Reply> replyTo) implements Request {}

  /**
   * Sent through the shard while the conversation is held: only such messages count as activity.
   */
  public record KeepAlive() implements Command {}

  record UnpackFailed(ActorRef<Reply> replyTo, WeirError error) implements Command {}

  record KeyTold(OwnKey.Key key) implements Command {}

  record ForgetFailure() implements Command {}

  record HolderEnded(Hold hold) implements Command {}

  record HoldTick() implements Command {}

  public sealed interface Reply extends WireMessage {}

  public record Done() implements Reply {}

  public record Items(Packed items) implements Reply {}

  /** Some items, and whether there are more behind them. */
  public record Page(Packed items, boolean more) implements Reply {}

  /** A named conversation; {@code createdAt} in Unix milliseconds. */
  public record Description(Map<String, String> metadata, long createdAt) implements Reply {}

  public record Refused(WeirError error) implements Reply {}

  private final String id;
  private final Packer packer;
  private final InstantSource clock;
  private final ActorContext<Command> context;
  private final OwnKey key;
  private final Deliveries deliveries;
  private final Holders holders;

  /** What a conversation works with, the same for all of a node. */
  public record Setting(ConversationKeys keys, Packer packer, InstantSource clock) {}

  /** Starts the entity on this node, and answers where to send to all of them. */
  public static ActorRef<ShardingEnvelope<Command>> init(
      ClusterSharding sharding, String role, Setting setting) {
    return sharding.init(
        Entity.of(TYPE_KEY, entity -> entity(sharding, entity.getEntityId(), setting))
            .withRole(role)
            .withMessageExtractor(new UserShards<>()));
  }

  /** Where to send to all of them from a node without {@code role}, which has none of its own. */
  public static ActorRef<ShardingEnvelope<Command>> proxy(ClusterSharding sharding, String role) {
    return sharding.init(
        Entity.of(TYPE_KEY, entity -> Behaviors.empty())
            .withRole(role)
            .withMessageExtractor(new UserShards<>()));
  }

  private static Behavior<Command> entity(ClusterSharding sharding, String id, Setting setting) {
    return create(id, setting, () -> sharding.entityRefFor(TYPE_KEY, id).tell(new KeepAlive()));
  }

  /**
   * One conversation.
   *
   * @param id {@code <tenant>/<user>/<conversation>}
   * @param keepAlive run now and then while the conversation is held
   */
  static Behavior<Command> create(String id, Setting setting, Runnable keepAlive) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Conversation(id, setting, keepAlive, context, timers)));
  }

  private Conversation(
      String id,
      Setting setting,
      Runnable keepAlive,
      ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(
        PersistenceId.of(TYPE_KEY.name(), id),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(5), 0.2));
    this.id = id;
    this.packer = setting.packer();
    this.clock = setting.clock();
    this.context = context;
    this.key = new OwnKey(id, setting.keys(), context);
    this.deliveries = new Deliveries(packer, context);
    this.holders = new Holders(context, timers, keepAlive);
  }

  @Override
  public ConversationState emptyState() {
    return ConversationState.EMPTY;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(EVENTS_PER_SNAPSHOT, 2);
  }

  @Override
  public EventHandler<ConversationState, ConversationEvent> eventHandler() {
    return ConversationState::after;
  }

  @Override
  public SignalHandler<ConversationState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), state -> holders.follow(state.hold()))
        .build();
  }

  @Override
  public CommandHandlerWithReply<Command, ConversationEvent, ConversationState> commandHandler() {
    return this::onCommand;
  }

  private ReplyEffect<ConversationEvent, ConversationState> onCommand(
      ConversationState state, Command command) {
    return switch (command) {
      case Request request -> onRequest(state, request);
      case UnpackFailed(ActorRef<Reply> replyTo, WeirError error) -> refuse(replyTo, error);
      case KeyTold(OwnKey.Key told) -> {
        key.take(told);
        yield Effect().noReply().thenUnstashAll();
      }
      case ForgetFailure forget -> {
        key.forget();
        yield Effect().noReply();
      }
      case HolderEnded(Hold hold) -> onHolderEnded(state, hold);
      case HoldTick tick -> {
        holders.look();
        yield Effect().noReply();
      }
      case KeepAlive alive -> Effect().noReply();
    };
  }

  private ReplyEffect<ConversationEvent, ConversationState> onRequest(
      ConversationState state, Request request) {
    return switch (key.before(state, request)) {
      case OwnKey.Fetching fetching -> Effect().stash();
      case OwnKey.Failed(WeirError error) -> refuse(request.replyTo(), error);
      case OwnKey.Known(ConversationKeys.Absent absent) -> serve(state, Vault.empty(id), request);
      case OwnKey.Known(ConversationKeys.Present(SecretKey secret)) ->
          serve(state, new Vault(id, secret), request);
      case OwnKey.Known(ConversationKeys.Destroyed destroyed) ->
          apply(request, Decision.onDestroyed(state, request));
    };
  }

  private ReplyEffect<ConversationEvent, ConversationState> serve(
      ConversationState state, Vault vault, Request request) {
    if (request instanceof Context asked && holders.heldAgainst(asked, state.hold())) {
      return refuse(asked.replyTo(), LOCKED);
    }
    if (deliveries.fetch(request)) {
      return Effect().noReply();
    }
    Decision decision = decide(state, vault, request);
    return apply(request, holders.holding(request, state.hold(), decision));
  }

  private Decision decide(ConversationState state, Vault vault, Request request) {
    Span reading = Stage.READ.begin(request.trace());
    try {
      return new Decider(state, vault, packer, clock.millis()).decide(request);
    } catch (WeirException unreadable) {
      reading.fail(unreadable.error().code());
      Logs.about(request.trace(), context.getLog().atError())
          .log("{}: {}", id, unreadable.error().code());
      return Decision.refuse(unreadable.error());
    } finally {
      reading.finish();
    }
  }

  private ReplyEffect<ConversationEvent, ConversationState> apply(
      Request request, Decision decision) {
    ConversationEvent event = decision.event();
    if (event == null) {
      return Effect().reply(request.replyTo(), decision.reply());
    }
    Span writing = Stage.JOURNAL.begin(request.trace());
    return Effect()
        .persist(event)
        .thenRun(
            stored -> {
              writing.finish();
              holders.follow(stored.hold());
            })
        .thenReply(request.replyTo(), stored -> decision.reply());
  }

  private ReplyEffect<ConversationEvent, ConversationState> refuse(
      ActorRef<Reply> replyTo, WeirError error) {
    return Effect().reply(replyTo, new Refused(error));
  }

  private ReplyEffect<ConversationEvent, ConversationState> onHolderEnded(
      ConversationState state, Hold ended) {
    return ended.equals(state.hold())
        ? Effect()
            .persist(new ConversationEvent.Released(ended.responseId()))
            .thenRun(stored -> holders.follow(stored.hold()))
            .thenNoReply()
        : Effect().noReply();
  }
}
