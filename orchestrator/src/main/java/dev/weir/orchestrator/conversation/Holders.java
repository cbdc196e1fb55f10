package dev.weir.orchestrator.conversation;

import dev.weir.cluster.membership.Members;
import dev.weir.orchestrator.conversation.ConversationState.Hold;
import java.time.Duration;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Says who may hold a conversation, and follows whoever does, from any node and through hand-overs:
 * tells {@link Conversation.HolderEnded} when that has ended. Confined to its entity.
 *
 * <p>Death watch tells of an actor that ends and of a node the cluster removes, but says nothing of
 * a node that had been removed before it was asked. So now and then, and whenever somebody else
 * wants the hold, the members of the cluster are looked at too.
 */
final class Holders {

  private static final Duration LOOK = Duration.ofSeconds(30);

  private final ActorContext<Conversation.Command> context;
  private final TimerScheduler<Conversation.Command> timers;
  private final Runnable keepAlive;
  private final ActorRefResolver refs;
  private final Members members;
  private @Nullable Hold followed;

  /**
   * Follows nobody yet.
   *
   * @param keepAlive run now and then while somebody is followed
   */
  Holders(
      ActorContext<Conversation.Command> context,
      TimerScheduler<Conversation.Command> timers,
      Runnable keepAlive) {
    this.context = context;
    this.timers = timers;
    this.keepAlive = keepAlive;
    this.refs = ActorRefResolver.get(context.getSystem());
    this.members = new Members(context.getSystem());
  }

  /** Whether another run holds the conversation that {@code asked} wants for its own. */
  boolean heldAgainst(Conversation.Context asked, @Nullable Hold hold) {
    return asked.exclusive()
        && hold != null
        && !hold.responseId().equals(asked.responseId())
        && !isGone(hold);
  }

  /** An exclusive context that is granted takes the hold, but for the one who has it. */
  Decision holding(Conversation.Request request, @Nullable Hold hold, Decision decision) {
    if (!(request instanceof Conversation.Context asked && asked.exclusive())) {
      return decision;
    }
    Hold taken = new Hold(asked.responseId(), name(asked.holder()));
    return !decision.granted() || taken.equals(hold)
        ? decision
        : decision.storing(new ConversationEvent.Held(taken.responseId(), taken.holder()));
  }

  /** What a hold says of its holder: good on every node. */
  private String name(ActorRef<?> holder) {
    return refs.toSerializationFormat(holder);
  }

  /** Follows the holder of {@code hold} from now on, and no other. */
  void follow(@Nullable Hold hold) {
    if (hold == null ? followed == null : hold.equals(followed)) {
      return;
    }
    if (followed != null) {
      context.unwatch(ref(followed));
      timers.cancel(LOOK);
    }
    followed = hold;
    if (hold != null) {
      context.watchWith(ref(hold), new Conversation.HolderEnded(hold));
      timers.startTimerWithFixedDelay(LOOK, new Conversation.HoldTick(), LOOK);
    }
  }

  /** Looks whether the holder's node is still there, and keeps the conversation in memory. */
  void look() {
    if (followed != null && isGone(followed)) {
      context.getSelf().tell(new Conversation.HolderEnded(followed));
    }
    keepAlive.run();
  }

  /** Whether the cluster has removed the holder's node. */
  private boolean isGone(Hold hold) {
    Address at = ref(hold).path().address();
    return at.hasGlobalScope() && members.hasLost(at);
  }

  private ActorRef<Object> ref(Hold hold) {
    return refs.resolveActorRef(hold.holder());
  }
}
