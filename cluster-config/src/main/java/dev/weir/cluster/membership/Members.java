package dev.weir.cluster.membership;

import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Who is a member of the cluster at the moment it is asked, as this node sees it; whether reachable
 * or not, until it is removed. A node that has not joined sees nobody. Thread safe.
 */
public final class Members {

  private final ActorSystem<?> system;

  public Members(ActorSystem<?> system) {
    this.system = system;
  }

  /** Whether the process with this member uid is in the cluster. */
  public boolean contains(long incarnation) {
    return any(member -> member.longUid() == incarnation);
  }

  /** Whether some process at this address is in the cluster. */
  public boolean contains(Address address) {
    return any(member -> member.address().equals(address));
  }

  private boolean any(Predicate<UniqueAddress> wanted) {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .anyMatch(member -> wanted.test(member.uniqueAddress()));
  }
}
