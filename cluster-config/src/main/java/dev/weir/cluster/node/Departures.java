package dev.weir.cluster.node;

import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/** Tells of each process that the cluster has removed, by its incarnation. */
public final class Departures {

  private Departures() {}

  public static Behavior<MemberRemoved> create(LongConsumer onRemoved) {
    return Behaviors.setup(
        context -> {
          Cluster.get(context.getSystem())
              .subscriptions()
              .tell(Subscribe.create(context.getSelf(), MemberRemoved.class));
          return Behaviors.receiveMessage(
              removed -> {
                onRemoved.accept(removed.member().uniqueAddress().longUid());
                return Behaviors.same();
              });
        });
  }
}
