package dev.weir.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.LocalDateTime;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.discovery.ServiceDiscovery.ResolvedTarget;
import org.apache.pekko.http.scaladsl.model.Uri;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.cluster.bootstrap.JoinDecision;
import org.apache.pekko.management.cluster.bootstrap.JoinSelf$;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesInformation;
import org.apache.pekko.management.cluster.bootstrap.SeedNodesObservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/** Whoever hears from whomever first, one node alone may begin a cluster. */
class LowestContactPointTest {

  private static final Set<Integer> PORTS = Set.of(7001, 7002, 7003);
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 1, 1, 0, 0);

  private ActorTestKit kit;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @ParameterizedTest
  @ValueSource(ints = {7001, 7002, 7003})
  void onlyTheLowestOfAllBeginsWhicheverMajorityHasAnswered(int self) throws Exception {
    ActorSystem system = start(self);
    var decider = new LowestContactPoint(system, ClusterBootstrap.get(system).settings());
    for (Set<Integer> answered :
        Set.of(Set.of(7001, 7002), Set.of(7002, 7003), Set.of(7001, 7003), PORTS)) {
      JoinDecision decision =
          FutureConverters.asJava(decider.decide(known(answered)))
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      assertThat(decision.equals(JoinSelf$.MODULE$)).as("%s", answered).isEqualTo(self == 7001);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7001, 7002})
  void nobodyBeginsBeforeTheMajorityHasAnswered(int self) throws Exception {
    ActorSystem system = start(self);
    var decider = new LowestContactPoint(system, ClusterBootstrap.get(system).settings());
    assertThat(
            FutureConverters.asJava(decider.decide(known(Set.of(self))))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS))
        .isNotEqualTo(JoinSelf$.MODULE$);
  }

  private ActorSystem start(int self) {
    Config config =
        ConfigFactory.parseString(
                """
                weir.cluster {
                  exit-jvm = off, lease = none
                  contact-points = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003"
                }
                """)
            .withFallback(ConfigFactory.load())
            .resolve();
    kit =
        ActorTestKit.create(
            ClusterFormation.SYSTEM, PekkoConfig.of(NodeSettings.from(config), config));
    ActorSystem system = kit.system().classicSystem();
    ClusterBootstrap.get(system).setSelfContactPoint(Uri.apply("http://127.0.0.1:" + self));
    return system;
  }

  private static SeedNodesInformation known(Set<Integer> answered) {
    Address address = new Address("pekko", ClusterFormation.SYSTEM, "127.0.0.1", 1);
    return new SeedNodesInformation(
        NOW.plusMinutes(1),
        NOW,
        scala(PORTS.stream().map(LowestContactPointTest::target).collect(Collectors.toSet())),
        scala(
            answered.stream()
                .map(port -> new SeedNodesObservation(NOW, target(port), address, scala(Set.of())))
                .collect(Collectors.toSet())));
  }

  private static ResolvedTarget target(int port) {
    return new ResolvedTarget("127.0.0.1", Option.apply(port), Option.empty());
  }

  private static <T> scala.collection.immutable.Set<T> scala(Set<T> set) {
    return CollectionConverters.asScala(set).toSet();
  }
}
