package dev.weir.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.database.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.coordination.lease.javadsl.Lease;
import org.apache.pekko.coordination.lease.javadsl.LeaseProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What whoever decides a split relies on. */
abstract class LeaseSuite {

  private ActorTestKit kit;

  /**
   * The configuration of a node whose lease is at {@code test.lease}, and at {@code test.impatient}
   * for one who soon gives up.
   */
  abstract Config config();

  @BeforeEach
  void start() {
    kit = ActorTestKit.create(config());
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void oneOwnerHoldsTheLeaseUntilItGivesItBack() {
    Lease first = lease("first");
    Lease second = lease("second");
    assertThat(first.checkLease()).isFalse();
    assertThat(await(first.acquire())).isTrue();
    assertThat(first.checkLease()).isTrue();
    assertThat(refused("second")).isTrue();
    assertThat(second.checkLease()).isFalse();
    await(first.release());
    assertThat(first.checkLease()).isFalse();
    assertThat(await(second.acquire())).isTrue();
  }

  @Test
  void ownerMayAcquireAgain() {
    Lease first = lease("first");
    assertThat(await(first.acquire())).isTrue();
    assertThat(await(first.acquire())).isTrue();
    await(first.release());
    assertThat(await(lease("second").acquire())).isTrue();
  }

  @Test
  void releaseByAnotherChangesNothing() {
    Lease first = lease("first");
    Lease second = lease("second");
    assertThat(await(first.acquire())).isTrue();
    await(second.release());
    assertThat(first.checkLease()).isTrue();
    assertThat(refused("second")).isTrue();
  }

  @Test
  void whoWaitsGetsWhatIsGivenBack() {
    Lease first = lease("first");
    assertThat(await(first.acquire())).isTrue();
    CompletionStage<Boolean> waiting = lease("second").acquire();
    await(first.release());
    assertThat(await(waiting)).isTrue();
  }

  @Test
  void exactlyOneOfManyGetsIt() {
    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 6)
            .mapToObj(number -> impatient("owner" + number).acquire().toCompletableFuture())
            .toList();
    assertThat(all.stream().map(LeaseSuite::await).filter(got -> got)).hasSize(1);
  }

  @Test
  void leasesOfOtherNamesAreOther() {
    assertThat(await(lease("first").acquire())).isTrue();
    Lease other = LeaseProvider.get(kit.system()).getLease("other", "test.lease", "second");
    assertThat(await(other.acquire())).isTrue();
  }

  @Test
  void endOfItsNodeGivesTheLeaseBack() {
    ActorTestKit node = ActorTestKit.create(config());
    assertThat(
            await(
                LeaseProvider.get(node.system())
                    .getLease("split", "test.lease", "first")
                    .acquire()))
        .isTrue();
    node.shutdownTestKit();
    assertThat(await(lease("second").acquire())).isTrue();
  }

  @Test
  void killedOwnerLosesTheLease() throws IOException {
    try (Child child = Child.start(Owner.class, config().root().render());
        BufferedReader lines = child.lines()) {
      assertThat(lines.readLine()).isEqualTo("acquired true");
      assertThat(refused("second")).isTrue();
      child.kill();
      assertThat(await(lease("second").acquire())).isTrue();
    }
  }

  @Test
  void splitBrainResolverCanMakeIt() {
    var lease =
        org.apache.pekko.coordination.lease.scaladsl.LeaseProvider.get(kit.system().classicSystem())
            .getLease("split", "test.lease", "resolver");
    assertThat(scala.jdk.javaapi.FutureConverters.asJava(lease.acquire()))
        .succeedsWithin(java.time.Duration.ofSeconds(60))
        .isEqualTo(true);
    assertThat(lease.checkLease()).isTrue();
    assertThat(refused("second")).isTrue();
  }

  @Test
  void aMemberOfTheSameSideGetsItFromItsOwnerAndNobodyElseDoes() {
    ActorTestKit owner = member();
    ActorTestKit asker = member();
    ActorTestKit stranger = member();
    try {
      join(owner, owner);
      join(asker, owner);
      join(stranger, stranger);
      Lease held = lease(owner, "test.lease");
      assertThat(await(held.acquire())).isTrue();
      assertThat(await(lease(stranger, "test.impatient").acquire())).isFalse();
      Lease asked = lease(asker, "test.lease");
      assertThat(await(asked.acquire())).isTrue();
      assertThat(held.checkLease()).isFalse();
      assertThat(asked.checkLease()).isTrue();
      assertThat(await(held.release())).isTrue();
      assertThat(asked.checkLease()).isTrue();
    } finally {
      asker.shutdownTestKit();
      stranger.shutdownTestKit();
      owner.shutdownTestKit();
    }
  }

  private ActorTestKit member() {
    return ActorTestKit.create(
        "weir",
        ConfigFactory.parseString(
                """
                pekko.actor.provider = cluster
                pekko.cluster.jmx.enabled = off
                pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                """)
            .withFallback(config()));
  }

  /** Joins, and waits until both are up. */
  private static void join(ActorTestKit kit, ActorTestKit to) {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(Cluster.get(to.system()).selfMember().address()));
    kit.createTestProbe()
        .awaitAssert(
            java.time.Duration.ofSeconds(60),
            () -> {
              assertThat(cluster.selfMember().status()).isEqualTo(MemberStatus.up());
              assertThat(Cluster.get(to.system()).state().getMembers())
                  .anyMatch(member -> member.address().equals(cluster.selfMember().address()));
              return true;
            });
  }

  private static Lease lease(ActorTestKit kit, String at) {
    String owner = Cluster.get(kit.system()).selfMember().address().hostPort();
    return LeaseProvider.get(kit.system()).getLease("side", at, owner);
  }

  final ActorSystem<Void> system() {
    return kit.system();
  }

  final Lease lease(String owner) {
    return LeaseProvider.get(kit.system()).getLease("split", "test.lease", owner);
  }

  /** The same lease to one who soon gives up. */
  private Lease impatient(String owner) {
    return LeaseProvider.get(kit.system()).getLease("split", "test.impatient", owner);
  }

  private boolean refused(String owner) {
    return !await(impatient(owner).acquire());
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Another process that acquires the lease and waits to be killed. */
  static final class Owner {
    public static void main(String[] arguments) throws InterruptedException {
      Config config = ConfigFactory.parseString(arguments[0]).withFallback(ConfigFactory.load());
      var system =
          ActorSystem.create(
              org.apache.pekko.actor.typed.javadsl.Behaviors.empty(), "owner", config);
      Lease lease = LeaseProvider.get(system).getLease("split", "test.lease", "killed");
      System.out.println("acquired " + await(lease.acquire()));
      Thread.currentThread().join();
    }
  }
}
