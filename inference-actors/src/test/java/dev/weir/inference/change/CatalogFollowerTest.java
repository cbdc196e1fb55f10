package dev.weir.inference.change;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.node.NodeSettings;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Secrets;
import dev.weir.inference.catalog.Section;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogFollowerTest {

  private static final Config CONFIG = ConfigFactory.load();
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final Conduit conduit =
      Conduit.bind(
              kit.system(), ConduitSettings.from(CONFIG, NodeSettings.from(CONFIG).cluster()), 1)
          .toCompletableFuture()
          .join();
  private final CatalogView view =
      new CatalogView(
          CONFIG.getConfig("weir"),
          new Secrets(name -> Optional.empty(), true),
          new CatalogView.Hooks(deployments -> {}, catalog -> {}));
  private final TestProbe<CatalogDesk.Command> desk = kit.createTestProbe();
  private final TestProbe<Long> acknowledged = kit.createTestProbe(Long.class);
  private final ActorRef<CatalogFollower.Command> follower =
      kit.spawn(CatalogFollower.create(view, conduit.parcels(), INTERVAL, new Random(1)));

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void deskComes() {
    kit.system().receptionist().tell(Receptionist.register(CatalogDesk.KEY, desk.ref()));
    polled(0);
  }

  private void polled(long has) {
    assertThat(desk.expectMessageClass(CatalogDesk.Poll.class).has()).isEqualTo(has);
  }

  private long told(long version, String changes) {
    Parcel<String> parcel = conduit.parcels().wrap(changes, TextCodec.UTF_8);
    follower.tell(new CatalogFollower.Follow(version, parcel, acknowledged.ref()));
    return acknowledged.receiveMessage();
  }

  @Test
  void whatItMissedItAsksFor() {
    deskComes();
    time.timePasses(INTERVAL);
    polled(0);
    assertThat(told(4, "{\"models\":{\"sim\":null}}")).isEqualTo(4);
    assertThat(view.get().has(Section.MODELS, "sim")).isFalse();
    time.timePasses(INTERVAL);
    polled(4);
  }

  @Test
  void changesLargerThanAMessageArrive() {
    String note = "x".repeat(300_000);
    String model = "{\"deployments\":[\"sim\"]}";
    String wide = "{\"models\":{\"" + note + "\":" + model + "}}";
    assertThat(told(1, wide)).isEqualTo(1);
    assertThat(view.get().model(note)).isPresent();
  }

  @Test
  void anEarlierVersionChangesNothingAndOneThatCannotBeIsNotFollowed() {
    assertThat(told(4, "{\"models\":{\"sim\":null}}")).isEqualTo(4);
    assertThat(told(3, "{}")).isEqualTo(4);
    assertThat(told(5, "{\"deployments\":{\"sim\":{\"slots\":0}}}")).isEqualTo(4);
    assertThat(view.standing().problem().orElseThrow().version()).isEqualTo(5);
  }

  @Test
  void aNodeKnowsItsCatalogOnceADeskHasAnswered() {
    deskComes();
    time.timePasses(Duration.ofSeconds(11));
    polled(0);
    polled(0);
    assertThat(view.isKnown()).isFalse();
    assertThat(told(0, "")).isZero();
    assertThat(view.isKnown()).isTrue();
  }

  @Test
  void withoutADeskWhatIsConfiguredCountsAfterAWhile() {
    time.timePasses(Duration.ofSeconds(9));
    assertThat(view.isKnown()).isFalse();
    acknowledged.awaitAssert(
        () -> {
          time.timePasses(Duration.ofSeconds(2));
          assertThat(view.isKnown()).isTrue();
          return view;
        });
  }
}
