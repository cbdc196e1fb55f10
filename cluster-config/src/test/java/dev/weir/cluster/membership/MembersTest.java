package dev.weir.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.Leave;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembersTest {

  private static final Address STRANGER = AddressFromURIString.parse("pekko://weir@127.0.0.1:1");

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
              """
              pekko.actor.provider = cluster
              pekko.cluster.jmx.enabled = off
              pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
              """));
  private final Cluster cluster = Cluster.get(kit.system());
  private final UniqueAddress self = cluster.selfMember().uniqueAddress();
  private final Members members = new Members(kit.system());

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aNodeThatHasNotJoinedKnowsNobodyAndHasLostNobody() {
    assertThat(members.contains(self.longUid())).isFalse();
    assertThat(members.hasLost(STRANGER)).isFalse();
  }

  @Test
  void aMemberIsKnownByItsIncarnationAndItsAddress() {
    join();
    assertThat(members.contains(self.longUid())).isTrue();
    assertThat(members.hasLost(self.address())).isFalse();
    assertThat(members.contains(self.longUid() + 1)).isFalse();
    assertThat(members.hasLost(STRANGER)).isTrue();
  }

  @Test
  void aNodeThatHasLeftHasLostNobody() {
    join();
    cluster.manager().tell(Leave.create(self.address()));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertThat(members.contains(self.longUid())).isFalse();
              return true;
            });
    assertThat(members.hasLost(STRANGER)).isFalse();
  }

  private void join() {
    cluster.manager().tell(Join.create(self.address()));
    kit.createTestProbe()
        .awaitAssert(
            () -> {
              assertThat(members.contains(self.longUid())).isTrue();
              return true;
            });
  }
}
