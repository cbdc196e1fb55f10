package dev.weir.orchestrator.conversation;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import dev.weir.orchestrator.persistence.PersistenceConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConversationShardingTest {

  private final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(PersistenceConfig.overlay())
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      pekko.actor.provider = cluster
                      pekko.cluster.roles = [orchestrator]
                      pekko.cluster.jmx.enabled = off
                      pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                      """)));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aHolderOnANodeThatIsNoMemberHoldsNothing() {
    var region = region();
    TestProbe<Reply> replies = kit.createTestProbe();
    region.tell(
        new ShardingEnvelope<>("t/u/c", new Conversation.Create("c", Map.of(), replies.getRef())));
    replies.expectMessageClass(Conversation.Description.class, Duration.ofSeconds(60));
    ActorRef<Void> gone =
        ActorRefResolver.get(kit.system()).resolveActorRef("pekko://weir@127.0.0.1:1/user/run#7");
    for (ActorRef<?> holder : List.of(gone, replies.getRef())) {
      region.tell(
          new ShardingEnvelope<>(
              "t/u/c",
              new Conversation.Context(
                  null,
                  true,
                  "r" + holder.path().uid(),
                  holder,
                  replies.getRef(),
                  TraceContext.NONE)));
      replies.expectMessageClass(Conversation.Items.class, Duration.ofSeconds(60));
    }
    region.tell(
        new ShardingEnvelope<>(
            "t/u/c",
            new Conversation.Context(
                null, true, "late", gone, replies.getRef(), TraceContext.NONE)));
    replies.expectMessageClass(Conversation.Refused.class, Duration.ofSeconds(60));
  }

  private ActorRef<ShardingEnvelope<Conversation.Command>> region() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    var setting = new Conversation.Setting(new TestKeys(), Packer.INLINE, InstantSource.system());
    return Conversation.init(ClusterSharding.get(kit.system()), "orchestrator", setting);
  }

  @Test
  void everyConversationIsReachedThroughItsShard() {
    ClusterSharding sharding = ClusterSharding.get(kit.system());
    var region = region();
    TestProbe<Reply> replies = kit.createTestProbe();
    for (String id : List.of("t/u/c1", "t/u/c2", "t/v/c1")) {
      region.tell(
          new ShardingEnvelope<>(
              id,
              new Conversation.Append(
                  "r1",
                  null,
                  false,
                  new Packed.Inline(List.of()),
                  replies.getRef(),
                  TraceContext.NONE)));
      replies.expectMessage(Duration.ofSeconds(60), new Done());
      var entity = sharding.entityRefFor(Conversation.TYPE_KEY, id);
      entity.tell(new Conversation.KeepAlive());
      entity.tell(new Conversation.RemoveTurn("r1", replies.getRef()));
      replies.expectMessage(Duration.ofSeconds(60), new Done());
    }
  }
}
