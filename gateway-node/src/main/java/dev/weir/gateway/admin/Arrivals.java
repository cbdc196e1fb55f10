package dev.weir.gateway.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberEvent;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.ClusterEvent.MemberUp;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * When this node saw each member become up: that of members older than itself it does not know.
 * Thread safe.
 */
public final class Arrivals {

  private final Map<UniqueAddress, Instant> seen = new ConcurrentHashMap<>();

  Optional<Instant> of(UniqueAddress member) {
    return Optional.ofNullable(seen.get(member));
  }

  /** Keeps {@code target} up to date. */
  public static Behavior<?> keeper(Arrivals target, Clock clock) {
    return Behaviors.<MemberEvent>setup(
        context -> {
          Cluster cluster = Cluster.get(context.getSystem());
          cluster.subscriptions().tell(Subscribe.create(context.getSelf(), MemberEvent.class));
          return Behaviors.receiveMessage(
              event -> {
                target.on(event, cluster, clock);
                return Behaviors.same();
              });
        });
  }

  private void on(MemberEvent event, Cluster cluster, Clock clock) {
    UniqueAddress member = event.member().uniqueAddress();
    boolean selfIsUp = cluster.selfMember().status().equals(MemberStatus.up());
    boolean self = member.equals(cluster.selfMember().uniqueAddress());
    if (event instanceof MemberUp && (self || selfIsUp)) {
      seen.put(member, clock.instant());
    } else if (event instanceof MemberRemoved) {
      seen.remove(member);
    }
  }
}
