package dev.weir.cluster.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.javadsl.PekkoManagement;

/**
 * Makes an actor system, started with {@link PekkoConfig}, a member of the cluster: of the one its
 * contact points know, else of a new one.
 */
public final class ClusterFormation {

  /** The name every node's actor system must have. */
  public static final String SYSTEM = "weir";

  /** Exit code of a process that found no way into the cluster; starting it again may help. */
  public static final int EXIT_NOT_JOINED = 75;

  /** Exit code of a process that the others removed. */
  public static final int EXIT_DOWNED = 76;

  private ClusterFormation() {}

  /** Joins; completes once this member is up. Call it once. */
  public static CompletionStage<Done> form(ActorSystem<?> system, ClusterSettings settings) {
    Cluster cluster = Cluster.get(system.classicSystem());
    if (!settings.looksForOthers()) {
      cluster.join(cluster.selfAddress());
      return up(system);
    }
    CompletionStage<Done> up = up(system);
    return PekkoManagement.get(system)
        .start()
        .thenCompose(
            bound -> {
              ClusterBootstrap.get(system).start();
              return up;
            });
  }

  /** Completes once this member is up, at once if it is; fails if it leaves before. */
  public static CompletionStage<Done> up(ActorSystem<?> system) {
    Cluster cluster = Cluster.get(system.classicSystem());
    CompletableFuture<Done> up = new CompletableFuture<>();
    cluster.registerOnMemberUp(() -> up.complete(Done.getInstance()));
    cluster.registerOnMemberRemoved(
        () -> up.completeExceptionally(new IllegalStateException("Left before it was up.")));
    return up;
  }

  /** Whether this member is up now: what a readiness probe asks. */
  public static boolean isUp(ActorSystem<?> system) {
    return Cluster.get(system.classicSystem()).selfMember().status().equals(MemberStatus.up());
  }
}
