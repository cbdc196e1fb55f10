package dev.weir.inference.change;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.CatalogStore;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.catalog.store.Version;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Takes changes of the catalog to the database, and tells every node of them. One on each node that
 * has the database; any of them will do, the database decides between them.
 */
public final class CatalogDesk {

  static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "catalog-desk");

  public sealed interface Command {}

  /** Which version counts? The follower is told, with the changes unless it {@code has} them. */
  public record Poll(long has, ActorRef<CatalogFollower.Command> follower)
      implements Command, WireMessage {}

  /**
   * Change one entry.
   *
   * @param body what to put there; null to take it out
   * @param expected the version this is meant for, or {@link Changes#ANY}
   */
  public record Edit(
      Section section,
      String name,
      @Nullable Parcel<String> body,
      long expected,
      String note,
      ActorRef<Answer> replyTo)
      implements Command, WireMessage {}

  /** Make version {@code number} count again, as a new one. */
  public record RollBack(long number, long expected, String note, ActorRef<Answer> replyTo)
      implements Command, WireMessage {}

  /** Tell of versions from {@code newest} down, and what the first of them has. */
  public record Look(long newest, int most, ActorRef<Answer> replyTo)
      implements Command, WireMessage {}

  private record Followers(Set<ActorRef<CatalogFollower.Command>> followers) implements Command {}

  private record Made(CatalogStore.Kept kept, ActorRef<Answer> replyTo) implements Command {}

  /** Answers whoever asked. */
  public sealed interface Answer extends WireMessage {}

  /**
   * It is done.
   *
   * @param following how many of the {@code nodes} have it by now
   */
  public record Stored(Version version, int following, int nodes) implements Answer {}

  /** Nothing has changed. */
  public record Refused(WeirError error) implements Answer {}

  /** Versions, newest first, and all changes that were in force with the first. */
  public record Past(List<Version> versions, Parcel<String> changes) implements Answer {}

  private static final ByteString EMPTY = ByteString.emptyByteString();

  private final ActorContext<Command> context;
  private final CatalogStore store;
  private final Changes changes;
  private final Parcels parcels;
  private final Duration followingWait;
  private Set<ActorRef<CatalogFollower.Command>> followers = Set.of();

  /**
   * A desk that takes changes at once.
   *
   * @param followingWait how long an answer waits for nodes to follow
   */
  public static Behavior<Command> create(
      CatalogStore store, Changes changes, Parcels parcels, Duration followingWait) {
    return Behaviors.setup(
        context -> {
          ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
          receptionist.tell(
              Receptionist.subscribe(
                  CatalogFollower.KEY,
                  context.messageAdapter(
                      Receptionist.Listing.class,
                      listing -> new Followers(listing.getServiceInstances(CatalogFollower.KEY)))));
          receptionist.tell(Receptionist.register(KEY, context.getSelf()));
          return new CatalogDesk(context, store, changes, parcels, followingWait).open();
        });
  }

  private CatalogDesk(
      ActorContext<Command> context,
      CatalogStore store,
      Changes changes,
      Parcels parcels,
      Duration followingWait) {
    this.context = context;
    this.store = store;
    this.changes = changes;
    this.parcels = parcels;
    this.followingWait = followingWait;
  }

  private Behavior<Command> open() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Poll(long has, var follower) -> onPoll(has, follower);
            case Edit edit -> make(edit(edit), edit.replyTo());
            case RollBack(long number, long expected, String note, var replyTo) ->
                make(changes.rollBack(number, new Changes.Terms(expected, note)), replyTo);
            case Look look -> onLook(look);
            case Followers(var current) -> followers = current;
            case Made(CatalogStore.Kept kept, var replyTo) -> onMade(kept, replyTo);
          }
          return Behaviors.same();
        });
  }

  /** A database that is away answers nobody: the follower asks again. */
  private void onPoll(long has, ActorRef<CatalogFollower.Command> follower) {
    ActorRef<Long> nobody = context.getSystem().ignoreRef();
    store
        .newest()
        .thenCompose(
            newest ->
                newest <= has
                    ? CompletableFuture.completedFuture(
                        new CatalogFollower.Follow(has, new Parcel.Inline<>(EMPTY), nobody))
                    : store.find(newest).thenApply(kept -> follow(kept.orElseThrow(), nobody)))
        .thenAccept(follower::tell);
  }

  private CatalogFollower.Follow follow(CatalogStore.Kept kept, ActorRef<Long> replyTo) {
    return new CatalogFollower.Follow(
        kept.version().number(), packed(kept.changes().text()), replyTo);
  }

  private Parcel<String> packed(String text) {
    return parcels.wrap(text, TextCodec.UTF_8);
  }

  private CompletionStage<CatalogStore.Kept> edit(Edit edit) {
    Changes.Terms terms = new Changes.Terms(edit.expected(), edit.note());
    @Nullable Parcel<String> body = edit.body();
    return body == null
        ? changes.remove(edit.section(), edit.name(), terms)
        : parcels
            .open(body, TextCodec.UTF_8)
            .thenCompose(text -> changes.put(edit.section(), edit.name(), text, terms));
  }

  private void make(CompletionStage<CatalogStore.Kept> version, ActorRef<Answer> replyTo) {
    ActorRef<Command> self = context.getSelf();
    version.whenComplete(
        (kept, failure) -> {
          if (failure == null) {
            self.tell(new Made(kept, replyTo));
          } else {
            replyTo.tell(refused(failure));
          }
        });
  }

  private static Refused refused(Throwable failure) {
    return new Refused(
        WeirError.of(failure instanceof CompletionException ? failure.getCause() : failure));
  }

  private void onMade(CatalogStore.Kept kept, ActorRef<Answer> replyTo) {
    long number = kept.version().number();
    context.getLog().info("Version {} of the catalog: {}", number, kept.version().summary());
    Parcel<String> text = packed(kept.changes().text());
    List<CompletableFuture<Boolean>> told =
        followers.stream().map(follower -> tell(follower, number, text)).toList();
    CompletionStage<Void> all = CompletableFuture.allOf(told.toArray(CompletableFuture[]::new));
    all.thenRun(
        () -> {
          parcels.release(text);
          int following = (int) told.stream().filter(CompletableFuture::join).count();
          replyTo.tell(new Stored(kept.version(), following, told.size()));
        });
  }

  private CompletableFuture<Boolean> tell(
      ActorRef<CatalogFollower.Command> follower, long number, Parcel<String> text) {
    return AskPattern.<CatalogFollower.Command, Long>ask(
            follower,
            replyTo -> new CatalogFollower.Follow(number, text, replyTo),
            followingWait,
            context.getSystem().scheduler())
        .handle((has, failure) -> failure == null && has >= number)
        .toCompletableFuture();
  }

  private void onLook(Look look) {
    CompletionStage<List<Version>> versions = store.history(look.newest(), look.most());
    versions
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(new Past(found, packed("{}")))
                    : store
                        .find(found.getFirst().number())
                        .thenApply(
                            kept -> new Past(found, packed(kept.orElseThrow().changes().text()))))
        .whenComplete(
            (past, failure) -> look.replyTo().tell(failure == null ? past : refused(failure)));
  }
}
