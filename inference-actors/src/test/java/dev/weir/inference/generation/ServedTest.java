package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.queue.Workload;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One slot, calls of a second, nobody waits for longer than two. */
class ServedTest {

  private final Bench bench = new Bench();
  private final Deployment deployment = bench.catalog.deployment("timely").orElseThrow();
  private final Served served =
      new Served(
          deployment,
          new Breaker("timely", deployment.breaker(), bench.nanos::get),
          null,
          Duration.ofSeconds(1).toNanos(),
          bench.nanos::get);

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void asManyAreTakenAsHaveTheirSlotInTime() {
    assertThat(offer(5))
        .containsExactly("taken", "taken", "taken", "queue_too_long", "queue_too_long");
  }

  @Test
  void backgroundWorkIsPatient() {
    offer(3);
    assertThat(offer(bench.ask("timely", "b", Workload.BACKGROUND).request())).isEqualTo("taken");
  }

  @Test
  void whoIsSentAwayHearsWhenThereWillBeRoom() {
    offer(3);
    assertThat(served.refusal(bench.ask("timely").request()))
        .hasValueSatisfying(
            error ->
                assertThat(((WeirError.TooManyRequests) error).retryAfter())
                    .isEqualTo(Duration.ofSeconds(1)));
    assertThat(served.refusal(bench.ask("timely").request()))
        .hasValueSatisfying(
            error ->
                assertThat(((WeirError.TooManyRequests) error).retryAfter())
                    .isEqualTo(Duration.ofSeconds(2)));
  }

  @Test
  void whoWaitsInVainHearsItAndNeverStarts() {
    TestProbe<Generation.Command> running = take();
    running.expectMessage(Generation.Start.NOW);
    TestProbe<Generation.Command> waiting = take();
    pass(Duration.ofMillis(1_900));
    served.tellPositions();
    bench.asking.expectNoMessage(Duration.ZERO);
    pass(Duration.ofMillis(101));
    served.tellPositions();
    assertThat(bench.asking.expectMessageClass(InferenceNode.Rejected.class).error().code())
        .isEqualTo("queue_too_long");
    waiting.expectMessage(Generation.Cancel.NOW);
    served.ended(running.ref());
    served.ended(waiting.ref());
    waiting.expectNoMessage(Duration.ZERO);
    assertThat(served.isOver()).isTrue();
  }

  @Test
  void theSlotThatComesTooLateForOneIsAnothers() {
    TestProbe<Generation.Command> running = take();
    TestProbe<Generation.Command> late = take();
    pass(Duration.ofMillis(1_500));
    TestProbe<Generation.Command> inTime = take();
    pass(Duration.ofMillis(501));
    served.ended(running.ref());
    late.expectMessage(Generation.Cancel.NOW);
    inTime.expectMessage(Generation.Start.AFTER_WAITING);
  }

  @Test
  void anUpstreamThatHasBecomeSlowIsPromisedToFewer() {
    take();
    pass(Duration.ofSeconds(5));
    assertThat(offer(1)).containsExactly("queue_too_long");
  }

  private void pass(Duration time) {
    bench.nanos.addAndGet(time.toNanos());
  }

  private List<String> offer(int calls) {
    return IntStream.range(0, calls)
        .mapToObj(call -> offer(bench.ask("timely").request()))
        .toList();
  }

  private String offer(InferenceNode.Generate generate) {
    return served
        .refusal(generate)
        .map(WeirError::code)
        .orElseGet(
            () -> {
              take(generate);
              return "taken";
            });
  }

  private TestProbe<Generation.Command> take() {
    InferenceNode.Generate generate = bench.ask("timely").request();
    assertThat(served.refusal(generate)).isEmpty();
    return take(generate);
  }

  private TestProbe<Generation.Command> take(InferenceNode.Generate generate) {
    TestProbe<Generation.Command> generation = bench.kit.createTestProbe();
    served.take(generate, generation.ref());
    bench.asking.expectMessageClass(InferenceNode.Accepted.class);
    return generation;
  }
}
