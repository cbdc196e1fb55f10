package dev.weir.cluster.node;

import java.util.function.LongConsumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.ClusterDomainEvent;
import org.apache.pekko.cluster.ClusterEvent.ClusterShuttingDown$;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Tells of each process that the cluster has removed, by its incarnation, while this one is in the
 * cluster: one that leaves is told, last of all, that every other has gone, which is not so.
 */
public final class Departures {

  private Departures() {}

  public static Behavior<ClusterDomainEvent> create(LongConsumer onRemoved) {
    return Behaviors.setup(
        context -> {
          ActorRef<ClusterDomainEvent> self = context.getSelf();
          Cluster cluster = Cluster.get(context.getSystem());
          cluster.subscriptions().tell(Subscribe.create(self.narrow(), MemberRemoved.class));
          cluster.subscriptions().tell(Subscribe.create(self.narrow(), ClusterShuttingDown$.class));
          return Behaviors.receive(ClusterDomainEvent.class)
              .onMessage(
                  MemberRemoved.class,
                  removed -> {
                    onRemoved.accept(removed.member().uniqueAddress().longUid());
                    return Behaviors.same();
                  })
              .onMessage(ClusterShuttingDown$.class, leaving -> Behaviors.stopped())
              .build();
        });
  }
}
