package dev.weir.inference.limit.cluster;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.limit.Replica;
import dev.weir.inference.limit.Snapshot;
import dev.weir.inference.limit.Term;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** Keeps this node's copy of every limit's books. One for each inference node. */
public final class LimitNode {

  static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "limit-node");

  public sealed interface Command extends WireMessage {}

  /** Wants the copy of {@code limit} to promise itself, and to be told what it holds. */
  public record Claim(String limit, Term term, ActorRef<LimitOwner.Command> replyTo)
      implements Command {}

  /** Wants the copy of {@code limit} to hold this. */
  public record Write(String limit, Snapshot snapshot, ActorRef<LimitOwner.Command> replyTo)
      implements Command {}

  private record Nodes(Set<ActorRef<Command>> all) implements Command {}

  /** More than any process lives, in nanoseconds, and little enough to count on from. */
  private static final long FOR_EVER = Long.MAX_VALUE / 4;

  private final String self;
  private final Map<String, Replica> copies = new HashMap<>();
  private final Set<ActorRef<Command>> known = new HashSet<>();
  private long departed = System.nanoTime() - FOR_EVER;

  public static Behavior<Command> create() {
    return Behaviors.setup(context -> new LimitNode(context).keeping());
  }

  private LimitNode(ActorContext<Command> context) {
    this.self = name(context.getSystem(), context.getSelf());
    ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.register(KEY, context.getSelf()));
    receptionist.tell(
        Receptionist.subscribe(
            KEY,
            context.messageAdapter(
                Receptionist.Listing.class,
                listing -> new Nodes(listing.getAllServiceInstances(KEY)))));
  }

  /** The same on every node, and never that of another process. */
  static String name(ActorSystem<?> system, ActorRef<Command> node) {
    return ActorRefResolver.get(system).toSerializationFormat(node);
  }

  private Behavior<Command> keeping() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Claim(String limit, Term term, var replyTo) -> {
              Replica copy = copy(limit);
              Term promised = copy.claim(term);
              replyTo.tell(new LimitOwner.Read(limit, self, promised, copy.copy(), quiet()));
            }
            case Write(String limit, Snapshot snapshot, var replyTo) -> {
              Term promised = copy(limit).write(snapshot);
              replyTo.tell(new LimitOwner.Written(limit, self, promised, snapshot.version()));
            }
            case Nodes(Set<ActorRef<Command>> all) -> onNodes(all);
          }
          return Behaviors.same();
        });
  }

  private void onNodes(Set<ActorRef<Command>> all) {
    if (known.retainAll(all)) {
      departed = System.nanoTime();
    }
    known.addAll(all);
  }

  private Duration quiet() {
    return Duration.ofNanos(System.nanoTime() - departed);
  }

  private Replica copy(String limit) {
    return copies.computeIfAbsent(limit, name -> new Replica(System::nanoTime));
  }
}
