package dev.weir.inference.change;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Overlay;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * Keeps this node's catalog at the newest version. Desks tell of a change as it is made; what was
 * missed is asked for now and then, and when a desk comes.
 */
public final class CatalogFollower {

  static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "catalog-follower");

  public sealed interface Command {}

  /**
   * Go on with this version, unless you have a later one.
   *
   * @param changes empty where the asker has them
   * @param replyTo hears which version this node has then
   */
  public record Follow(long version, Parcel<String> changes, ActorRef<Long> replyTo)
      implements Command, WireMessage {}

  private record Unpacked(long version, String changes, ActorRef<Long> replyTo)
      implements Command {}

  private record Unreadable(Throwable failure) implements Command {}

  private record Desks(Set<ActorRef<CatalogDesk.Command>> desks) implements Command {}

  private enum Ask implements Command {
    NOW
  }

  private enum GiveUp implements Command {
    NOW
  }

  /** How long a node waits for a desk before it serves what is configured. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ActorContext<Command> context;
  private final CatalogView view;
  private final Parcels parcels;
  private final RandomGenerator random;
  private List<ActorRef<CatalogDesk.Command>> desks = List.of();

  /**
   * A follower that begins at once.
   *
   * @param interval how often it asks
   */
  public static Behavior<Command> create(
      CatalogView view, Parcels parcels, Duration interval, RandomGenerator random) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  CatalogFollower follower = new CatalogFollower(context, view, parcels, random);
                  follower.begin(timers, interval);
                  return follower.following();
                }));
  }

  private CatalogFollower(
      ActorContext<Command> context, CatalogView view, Parcels parcels, RandomGenerator random) {
    this.context = context;
    this.view = view;
    this.parcels = parcels;
    this.random = random;
  }

  private void begin(TimerScheduler<Command> timers, Duration interval) {
    timers.startTimerWithFixedDelay(Ask.NOW, interval);
    timers.startSingleTimer(GiveUp.NOW, PATIENCE);
    ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
    receptionist.tell(
        Receptionist.subscribe(
            CatalogDesk.KEY,
            context.messageAdapter(
                Receptionist.Listing.class,
                listing -> new Desks(listing.getServiceInstances(CatalogDesk.KEY)))));
    receptionist.tell(Receptionist.register(KEY, context.getSelf()));
  }

  private Behavior<Command> following() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Follow follow -> onFollow(follow);
            case Unpacked(long version, String changes, var replyTo) -> {
              become(version, changes);
              replyTo.tell(view.standing().version());
            }
            case Unreadable(Throwable failure) ->
                context.getLog().warn("A version of the catalog did not arrive", failure);
            case Desks(var current) -> {
              desks = List.copyOf(current);
              ask();
            }
            case Ask now -> ask();
            case GiveUp now -> giveUp();
          }
          return Behaviors.same();
        });
  }

  private void onFollow(Follow follow) {
    if (follow.version() <= view.standing().version()) {
      view.know();
      follow.replyTo().tell(view.standing().version());
      return;
    }
    context.pipeToSelf(
        parcels.open(follow.changes(), TextCodec.UTF_8),
        (changes, failure) ->
            failure == null
                ? new Unpacked(follow.version(), changes, follow.replyTo())
                : new Unreadable(failure));
  }

  private void become(long version, String changes) {
    Optional<CatalogView.Problem> known = view.standing().problem();
    CatalogView.Standing now = view.follow(version, Overlay.parse(changes));
    if (now.problem().isEmpty()) {
      context.getLog().info("The catalog is at version {}", now.version());
    } else if (!now.problem().equals(known)) {
      CatalogView.Problem problem = now.problem().orElseThrow();
      context
          .getLog()
          .error(
              "The catalog stays at version {}; {} does not go with this node: {}",
              now.version(),
              problem.version(),
              problem.message());
    }
  }

  /** Another one each time: one that does not answer is asked less often so. */
  private void ask() {
    if (!desks.isEmpty()) {
      ActorRef<CatalogDesk.Command> desk =
          desks.stream()
              .filter(known -> known.path().address().hasLocalScope())
              .findFirst()
              .orElseGet(() -> desks.get(random.nextInt(desks.size())));
      desk.tell(new CatalogDesk.Poll(view.standing().version(), context.getSelf()));
    }
  }

  /** Nodes of an older release keep no changes: then what is configured counts. */
  private void giveUp() {
    if (desks.isEmpty()) {
      view.know();
    }
  }
}
