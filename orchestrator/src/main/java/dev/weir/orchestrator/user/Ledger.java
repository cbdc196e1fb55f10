package dev.weir.orchestrator.user;

import dev.weir.orchestrator.user.Posting.Posted;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Keeps one user's books durably: grants blocks of budget and records settlements. A child of
 * {@link User} and known to it alone; both live on one node.
 *
 * <p>A posting may be told again at any time. When a write fails the ledger restarts, reads the
 * journal to learn whether it was stored, and says {@link Ready}: then the user tells again what
 * has no answer.
 */
final class Ledger
    extends EventSourcedBehaviorWithEnforcedReplies<Ledger.Post, LedgerEvent, Books> {

  private static final int EVENTS_PER_SNAPSHOT = 200;

  /** Record this posting; answered when it is stored. */
  record Post(Posting posting) {}

  /** What the ledger tells its user. */
  sealed interface Reply {}

  /** The books are read: now or again. */
  record Ready() implements Reply {}

  /** A posting is stored. */
  record Answer(Posted posted) implements Reply {}

  private final ActorRef<Reply> user;

  private Ledger(String entityId, ActorRef<Reply> user, Backoff backoff) {
    super(
        PersistenceId.ofUniqueId("ledger|" + entityId),
        SupervisorStrategy.restartWithBackoff(backoff.least(), backoff.most(), 0.2));
    this.user = user;
  }

  /** How long to wait after a failed write. */
  record Backoff(Duration least, Duration most) {
    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
  }

  static Behavior<Post> create(String entityId, ActorRef<Reply> user, Backoff backoff) {
    return new Ledger(entityId, user, backoff);
  }

  @Override
  public Books emptyState() {
    return Books.EMPTY;
  }

  @Override
  public CommandHandlerWithReply<Post, LedgerEvent, Books> commandHandler() {
    return this::onPost;
  }

  @Override
  public EventHandler<Books, LedgerEvent> eventHandler() {
    return Books::apply;
  }

  @Override
  public SignalHandler<Books> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), books -> user.tell(new Ready()))
        .build();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(EVENTS_PER_SNAPSHOT, 2).withDeleteEventsOnSnapshot();
  }

  private ReplyEffect<LedgerEvent, Books> onPost(Books books, Post post) {
    List<LedgerEvent> events = books.decide(post.posting());
    return events.isEmpty()
        ? Effect().reply(user, new Answer(books.answer(post.posting())))
        : Effect()
            .persist(events)
            .thenRun(stored -> events.forEach(BudgetMetrics::stored))
            .thenReply(user, stored -> new Answer(stored.answer(post.posting())));
  }
}
