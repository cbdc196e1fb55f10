package dev.weir.inference.provider.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tokens at a pace of 10 ms, by a clock that stands still unless it is moved. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimStageTest {

  private static final SimSettings PACE =
      new SimSettings(Duration.ofMillis(10), Duration.ofMillis(10), 0, 100, 1, 0, List.of(), false);

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  private ActorTestKit kit;
  private SimControl control;

  @BeforeAll
  void start() {
    kit = ActorTestKit.create();
  }

  @BeforeEach
  void control() {
    clock.set(0);
    looks.set(0);
    control = new SimControl(PACE, 1);
  }

  @AfterAll
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void whatALateTimerMissedIsCaughtUpAndNoMore() {
    TestSubscriber.Probe<Delta> reader = run();
    reader.request(100);
    awaitLooks(2);
    clock.addAndGet(Duration.ofMillis(55).toNanos());
    reader.expectNextN(5);
    assertThat(generatedWhenCancelled(reader)).isEqualTo(5);
  }

  @Test
  void whatAReaderMissedIsNot() {
    TestSubscriber.Probe<Delta> reader = run();
    clock.addAndGet(Duration.ofMillis(10).toNanos());
    reader.request(1).expectNext();
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    reader.request(100).expectNext();
    assertThat(generatedWhenCancelled(reader)).isEqualTo(2);
  }

  private TestSubscriber.Probe<Delta> run() {
    TestSubscriber.Probe<Delta> reader =
        Source.fromGraph(new SimStage(control, PACE, ModelCall.of("", List.of(), 100), this::look))
            .runWith(TestSink.create(kit.system()), kit.system());
    reader.ensureSubscription();
    kit.createTestProbe().awaitAssert(Duration.ofSeconds(60), () -> assertRunning(1));
    return reader;
  }

  /** Waits until the clock was looked at that often: at the start, then for each demand. */
  private void awaitLooks(int count) {
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(60),
            () -> {
              assertThat(looks.get()).isGreaterThanOrEqualTo(count);
              return count;
            });
  }

  private long look() {
    looks.incrementAndGet();
    return clock.get();
  }

  private long generatedWhenCancelled(TestSubscriber.Probe<Delta> reader) {
    reader.cancel();
    kit.createTestProbe().awaitAssert(Duration.ofSeconds(60), () -> assertRunning(0));
    return control.generated();
  }

  private int assertRunning(int count) {
    assertThat(control.running()).isEqualTo(count);
    return count;
  }
}
