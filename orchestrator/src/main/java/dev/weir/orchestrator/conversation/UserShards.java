package dev.weir.orchestrator.conversation;

import org.apache.pekko.cluster.sharding.typed.HashCodeMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;

/**
 * Puts all entities of one user into one shard: ids are {@code <tenant>/<user>[/…]}, and only
 * tenant and user are hashed.
 *
 * @param <M> the entity's protocol
 */
public final class UserShards<M> extends ShardingMessageExtractor<ShardingEnvelope<M>, M> {

  private static final int SHARDS = 256;

  private final HashCodeMessageExtractor<M> byHash = new HashCodeMessageExtractor<>(SHARDS);

  @Override
  public String entityId(ShardingEnvelope<M> envelope) {
    return envelope.entityId();
  }

  @Override
  public String shardId(String entityId) {
    int user = entityId.indexOf('/') + 1;
    int end = entityId.indexOf('/', user);
    return byHash.shardId(end < 0 ? entityId : entityId.substring(0, end));
  }

  @Override
  public M unwrapMessage(ShardingEnvelope<M> envelope) {
    return envelope.message();
  }
}
