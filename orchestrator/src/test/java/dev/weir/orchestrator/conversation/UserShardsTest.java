package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UserShardsTest {

  private final UserShards<Object> shards = new UserShards<>();

  @Test
  void entitiesOfAUserShareAShard() {
    assertThat(shards.shardId("t/u/c1")).isEqualTo(shards.shardId("t/u/c2"));
    assertThat(shards.shardId("t/u/c1")).isEqualTo(shards.shardId("t/u"));
  }

  @Test
  void usersSpreadOverTheShards() {
    long used =
        IntStream.range(0, 10_000)
            .mapToObj(n -> shards.shardId("t/u" + n + "/c"))
            .distinct()
            .count();
    assertThat(used).isEqualTo(256);
  }
}
