package dev.weir.cluster.membership;

import dev.weir.cluster.serialization.WireMessage;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;

/**
 * Where the members of one side ask each other for the lease. Whoever decided the last split keeps
 * it for a while; when another member of the same side has to decide the next one, it is not to be
 * taken for the other side's. It is given up only to a member that the owner itself can reach, so
 * never across a split.
 */
public final class LeaseDesk {

  /** Give the lease up for the member at this address. */
  public record GiveUp(String asker) implements WireMessage {}

  private final ExtendedActorSystem system;
  private final String name;

  private LeaseDesk(ExtendedActorSystem system, String name) {
    this.system = system;
    this.name = name;
  }

  /**
   * Opens the desk of one lease on this node; where there is no cluster, nobody ever asks.
   *
   * @param giveUp run when another may have the lease
   */
  static LeaseDesk open(ExtendedActorSystem system, String lease, Runnable giveUp) {
    LeaseDesk desk = new LeaseDesk(system, "weir-lease-" + lease);
    if (desk.inCluster()) {
      Props props = Adapter.props(() -> desk.serving(giveUp));
      system.systemActorOf(props, desk.name);
    }
    return desk;
  }

  private Behavior<GiveUp> serving(Runnable giveUp) {
    return Behaviors.receiveMessage(
        message -> {
          if (reachable().anyMatch(member -> member.address().toString().equals(message.asker()))) {
            giveUp.run();
          }
          return Behaviors.same();
        });
  }

  /** Asks every member on this side. */
  void askAround() {
    if (inCluster()) {
      String self = Cluster.get(system).selfAddress().toString();
      reachable()
          .map(member -> member.address() + "/system/" + name)
          .forEach(path -> system.actorSelection(path).tell(new GiveUp(self), ActorRef.noSender()));
    }
  }

  private Stream<Member> reachable() {
    CurrentClusterState state = Cluster.get(system).state();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .filter(member -> !state.getUnreachable().contains(member));
  }

  private boolean inCluster() {
    return system.settings().config().getString("pekko.actor.provider").equals("cluster");
  }
}
