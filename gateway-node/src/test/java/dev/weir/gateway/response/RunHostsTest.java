package dev.weir.gateway.response;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gateway's view of run hosts that come, drain and go. */
class RunHostsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final ActorTestKit kit = ActorTestKit.create();
  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  private final TestProbe<RunHost.Command> one = kit.createTestProbe();
  private final TestProbe<RunHost.Command> other = kit.createTestProbe();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void aRunThatComesBetweenTwoHostsWaitsForTheNext() {
    RunHosts hosts = follow(PATIENCE);
    ActorRef<RunHost.Identity> gateway = register(one);
    gateway.tell(new RunHost.Identity(1, one.ref(), true));
    CompletionStage<RunHost.Identity> picked = hosts.pick();
    register(other).tell(new RunHost.Identity(2, other.ref(), false));
    assertThat(picked)
        .succeedsWithin(PATIENCE)
        .isEqualTo(new RunHost.Identity(2, other.ref(), false));
  }

  @Test
  void whenNoneComesItIsRefusedInWords() {
    assertThatThrownBy(() -> follow(Duration.ofMillis(1)).pick().toCompletableFuture().join())
        .hasCauseInstanceOf(WeirException.class)
        .hasMessageContaining("No orchestrator node is up yet; try again shortly.");
  }

  @Test
  void aGatewayStaysReadyAsLongAsARunWouldWait() {
    RunHosts hosts = follow(PATIENCE);
    assertThat(hosts.areReady()).isFalse();
    ActorRef<RunHost.Identity> gateway = register(one);
    gateway.tell(new RunHost.Identity(1, one.ref(), false));
    hosts.some().toCompletableFuture().join();
    assertThat(hosts.areReady()).isTrue();

    gateway.tell(new RunHost.Identity(1, one.ref(), true));
    one.awaitAssert(
        () -> {
          assertThat(hosts.known()).isEmpty();
          return hosts;
        });
    assertThat(hosts.areReady()).isTrue();
    now.set(BEGIN.plus(PATIENCE));
    assertThat(hosts.areReady()).isFalse();
  }

  private RunHosts follow(Duration patience) {
    RunHosts hosts = new RunHosts(now::get, patience);
    kit.spawn(RunHosts.keeper(hosts));
    return hosts;
  }

  private ActorRef<RunHost.Identity> register(TestProbe<RunHost.Command> host) {
    kit.system().receptionist().tell(Receptionist.register(RunHost.KEY, host.ref()));
    return host.expectMessageClass(RunHost.Identify.class).replyTo();
  }
}
