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

  /**
   * Whether the cluster has no process at this address (any more). False on a node that is not in
   * the cluster itself, before it joins and after it left: it sees nobody, which tells nothing.
   */
  public boolean hasLost(Address address) {
    UniqueAddress self = Cluster.get(system).selfMember().uniqueAddress();
    return any(self::equals) && !any(member -> member.address().equals(address));
  }

  private boolean any(Predicate<UniqueAddress> wanted) {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .anyMatch(member -> wanted.test(member.uniqueAddress()));
  }
}
