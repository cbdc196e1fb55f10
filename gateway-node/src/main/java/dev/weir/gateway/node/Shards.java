package dev.weir.gateway.node;

import dev.weir.cluster.node.Role;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.user.User;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** Where this node sends what is meant for sharded entities. */
record Shards(
    ActorRef<ShardingEnvelope<Conversation.Command>> conversations,
    ActorRef<ShardingEnvelope<User.Command>> users) {

  /** For a node that is no orchestrator: it hosts none, and needs no database. */
  static Shards elsewhere(ActorSystem<?> system) {
    ClusterSharding sharding = ClusterSharding.get(system);
    String role = Role.ORCHESTRATOR.label();
    return new Shards(Conversation.proxy(sharding, role), User.proxy(sharding, role));
  }
}
