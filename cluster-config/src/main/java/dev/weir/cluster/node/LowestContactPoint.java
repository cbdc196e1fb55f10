package dev.weir.cluster.node;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.discovery.ServiceDiscovery.ResolvedTarget;
import org.apache.pekko.discovery.ServiceDiscovery.ResolvedTarget$;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrapSettings;
import org.apache.pekko.management.cluster.bootstrap.LowestAddressJoinDecider;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesInformation;
import scala.Option;

/**
 * Lets exactly one node begin a new cluster: the lowest of all contact points there are. The class
 * it refines takes the lowest of those that have answered so far, and two nodes that start together
 * may each have heard from others, and each begin a cluster of its own.
 *
 * <p>Made by Pekko from its name in {@code pekko.conf}.
 */
public final class LowestContactPoint extends LowestAddressJoinDecider {

  public LowestContactPoint(ActorSystem system, ClusterBootstrapSettings settings) {
    super(system, settings);
  }

  @Override
  public Option<ResolvedTarget> lowestAddressContactPoint(SeedNodesInformation known) {
    return Option.apply(
        known.getContactPoints().stream()
            .min(ResolvedTarget$.MODULE$.addressOrdering())
            .orElse(null));
  }
}
