package dev.weir.inference.rollout.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Overlay;
import dev.weir.inference.catalog.Secrets;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Changes;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Verdict;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The keeper with a desk that is played, and a clock that stands still until it is told. */
class RolloutKeeperTest {

  private static final String MODEL =
      "{ deployments = [sim], canary { deployment = extract, window = 60s, least-calls = 20 } }";
  private static final Seen GOOD = new Seen(200_000_000, Verdict.RIGHT);
  private static final Seen WRONG = new Seen(100_000_000, Verdict.WRONG);

  /** What the desk was asked, and how it answers. */
  private record Put(Config model, Changes.Terms terms, CompletableFuture<Object> answer) {}

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final AtomicLong nanos = new AtomicLong();
  private final CatalogView view =
      new CatalogView(
          ConfigFactory.parseString("models.m = " + MODEL)
              .withFallback(ConfigFactory.load().getConfig("weir")),
          new Secrets(name -> Optional.empty(), false),
          new CatalogView.Hooks(deployments -> {}, catalog -> {}));
  private final TestProbe<Put> desk = kit.createTestProbe(Put.class);
  private final ActorRef<RolloutKeeper.Command> keeper =
      kit.spawn(RolloutKeeper.create(view, this::put, nanos::get));

  private CompletionStage<Object> put(
      Section section, String name, String body, Changes.Terms terms) {
    assertThat(section).isEqualTo(Section.MODELS);
    assertThat(name).isEqualTo("m");
    CompletableFuture<Object> answer = new CompletableFuture<>();
    desk.ref().tell(new Put(ConfigFactory.parseString(body), terms, answer));
    return answer;
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void report(int step, List<Seen> canary, List<Seen> stable) {
    keeper.tell(new RolloutKeeper.Report(new Round("m", "extract", step), canary, stable));
  }

  private static List<Seen> calls(int count, Seen seen) {
    return Collections.nCopies(count, seen);
  }

  private void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
    time.timePasses(duration);
  }

  /**
   * Lets time pass until the desk is asked: what is told may not have arrived when it begins to.
   */
  private Put afterAWhile() {
    return desk.awaitAssert(
        () -> {
          pass(Duration.ofSeconds(60));
          return desk.expectMessageClass(Put.class, Duration.ofMillis(100));
        });
  }

  /** The desk takes it, and every node follows. */
  private void take(Put put) {
    view.follow(
        view.standing().version() + 1, Overlay.NONE.put(Section.MODELS, "m", put.model().root()));
    put.answer().complete("stored");
  }

  @Test
  void aWrongCanaryIsSentBackAtOnceAndTheRestOfTheModelStays() {
    report(0, calls(50, WRONG), calls(500, GOOD));
    Put put = desk.receiveMessage();
    assertThat(put.terms().expected()).isZero();
    assertThat(put.terms().note())
        .startsWith("canary extract sent back: is wrong more often: 50 of 50 times");
    assertThat(put.model().getString("canary.stopped"))
        .startsWith("is wrong more often: 50 of 50 times, the others 0 of 500");
    assertThat(put.model().getStringList("deployments")).containsExactly("sim");
    assertThat(put.model().getInt("canary.least-calls")).isEqualTo(20);
    LoggingTestKit.warn("Canary extract of m is sent back: is wrong more often")
        .expect(
            kit.system(),
            () -> {
              take(put);
              return null;
            });
    assertThat(view.get().model("m").orElseThrow().canary().share()).isZero();
    report(0, calls(50, WRONG), calls(500, GOOD));
    pass(Duration.ofMinutes(2));
    desk.expectNoMessage(Duration.ZERO);
  }

  @Test
  void anEqualOneGoesOnWhenItsWindowIsOverThroughAllSteps() {
    for (int step = 0; step < 3; step++) {
      report(step, calls(30, GOOD), calls(30, GOOD));
      Put put = afterAWhile();
      assertThat(put.model().getInt("canary.step")).isEqualTo(step + 1);
      assertThat(put.terms().expected()).isEqualTo(step);
      take(put);
    }
    assertThat(view.get().model("m").orElseThrow().canary().isDone()).isTrue();
    report(3, calls(50, WRONG), calls(500, GOOD));
    pass(Duration.ofMinutes(2));
    desk.expectNoMessage(Duration.ZERO);
  }

  @Test
  void withoutEnoughCallsOfBothItStays() {
    report(0, calls(30, GOOD), calls(19, GOOD));
    pass(Duration.ofMinutes(5));
    desk.expectNoMessage(Duration.ZERO);
    report(0, List.of(), calls(1, GOOD));
    assertThat(afterAWhile().model().getInt("canary.step")).isEqualTo(1);
  }

  @Test
  void whoWasSlowerThanAnOperatorTriesAgainWithWhatTheOperatorMade() {
    report(0, calls(50, WRONG), calls(500, GOOD));
    Put first = desk.receiveMessage();
    Config changed = ConfigFactory.parseString(MODEL.replace("[sim]", "[sim, \"ollama/x\"]"));
    view.follow(7, Overlay.NONE.put(Section.MODELS, "m", changed.root()));
    first
        .answer()
        .completeExceptionally(
            new WeirError.Conflict("catalog_changed", "Look again.").asException());
    Put again = afterAWhile();
    assertThat(again.terms().expected()).isEqualTo(7);
    assertThat(again.model().getStringList("deployments")).containsExactly("sim", "ollama/x");
    assertThat(again.model().getString("canary.stopped")).startsWith("is wrong");
  }

  @Test
  void whatAnOperatorSentBackIsLeftAlone() {
    report(0, calls(30, GOOD), calls(30, GOOD));
    Config stopped = ConfigFactory.parseString(MODEL.replace("window", "stopped = me, window"));
    view.follow(1, Overlay.NONE.put(Section.MODELS, "m", stopped.root()));
    pass(Duration.ofMinutes(2));
    desk.expectNoMessage(Duration.ZERO);
  }
}
