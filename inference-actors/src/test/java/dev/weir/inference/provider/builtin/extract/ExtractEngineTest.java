package dev.weir.inference.provider.builtin.extract;

import static dev.weir.inference.provider.builtin.extract.Calls.SALMON;
import static dev.weir.inference.provider.builtin.extract.Calls.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExtractEngineTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final ModelCall CALL = chat(SALMON + "\n\nHow high can a salmon jump?");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void streamsWordsThenUsageThenTheEnd() throws Exception {
    List<Delta> deltas = run(CALL);
    assertThat(text(deltas)).isEqualTo("A salmon can jump 3.7 metres to pass a waterfall.");
    assertThat(deltas)
        .startsWith(new Delta.Text("A"), new Delta.Text(" salmon"), new Delta.Text(" can"));
    assertThat(deltas.getLast()).isEqualTo(new Delta.Finished(FinishReason.STOP));
    Delta.Consumed consumed = (Delta.Consumed) deltas.get(deltas.size() - 2);
    assertThat(consumed.usage().outputTokens())
        .isEqualTo(TokenCounter.estimate().count(text(deltas)));
    assertThat(consumed.usage().inputTokens())
        .isEqualTo(TokenCounter.estimate().count(SALMON + "\n\nHow high can a salmon jump?"));
  }

  @Test
  void worksOnTheExecutorAndOnlyWhenRun() {
    Queue<Runnable> work = new ArrayDeque<>();
    Executor byHand = work::add;
    var source = new ExtractEngine(Calls.EXTRACT, byHand).generate(CALL);
    assertThat(work).as("a cold source").isEmpty();
    TestSubscriber.Probe<Delta> probe = source.runWith(TestSink.create(KIT.system()), KIT.system());
    probe.request(1);
    probe.expectNoMessage();
    assertThat(work).hasSize(1);
    work.remove().run();
    probe.expectNext(new Delta.Text("A"));
    probe.expectNoMessage();
    probe.request(2).expectNext(new Delta.Text(" salmon"), new Delta.Text(" can"));
    probe.cancel();
  }

  @Test
  void eachRunIsAnAnswerOfItsOwnAndAllAreEqual() throws Exception {
    var source = new ExtractEngine(Calls.EXTRACT, Runnable::run).generate(CALL);
    List<Delta> first =
        source.runWith(Sink.seq(), KIT.system()).toCompletableFuture().get(10, TimeUnit.SECONDS);
    List<Delta> second =
        source.runWith(Sink.seq(), KIT.system()).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(first).isEqualTo(second).isEqualTo(Calls.deltas(CALL));
  }

  @Test
  void theCapEndsTheAnswer() {
    for (int cap = 1; cap < 40; cap++) {
      ModelCall call = Calls.capped(CALL, cap);
      List<Delta> deltas = Calls.deltas(call);
      long tokens = ((Delta.Consumed) deltas.get(deltas.size() - 2)).usage().outputTokens();
      boolean whole = text(deltas).equals(text(Calls.deltas(CALL)));
      assertThat(tokens).isBetween(1L, (long) cap);
      assertThat(deltas.getLast())
          .isEqualTo(new Delta.Finished(whole ? FinishReason.STOP : FinishReason.LENGTH));
    }
  }

  @Test
  void tooMuchInputIsRefusedInTheContractsWords() {
    ModelCall call = chat("word ".repeat(1_000_001));
    assertThatThrownBy(() -> run(call))
        .hasRootCauseInstanceOf(WeirException.class)
        .rootCause()
        .hasMessageContaining("context_length_exceeded");
  }

  @Test
  void aCancelledCallStopsAtItsNextStep() {
    Runnable giveUp =
        () -> {
          throw new CancellationException();
        };
    assertThatThrownBy(() -> Answer.to(CALL, Calls.EXTRACT, giveUp))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void aCancelledStreamIsNotWorkedOn() {
    Queue<Runnable> work = new ArrayDeque<>();
    TestSubscriber.Probe<Delta> probe =
        new ExtractEngine(Calls.EXTRACT, work::add)
            .generate(chat("x ".repeat(100_000)))
            .runWith(TestSink.create(KIT.system()), KIT.system());
    probe.request(1);
    probe.expectNoMessage();
    probe.cancel();
    probe.expectNoMessage();
    work.remove().run();
    probe.expectNoMessage();
  }

  private static List<Delta> run(ModelCall call) throws Exception {
    return new ExtractEngine(Calls.EXTRACT, Runnable::run)
        .generate(call)
        .runWith(Sink.seq(), KIT.system())
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static String text(List<Delta> deltas) {
    return deltas.stream()
        .map(d -> d instanceof Delta.Text text ? text.text() : "")
        .collect(Collectors.joining());
  }
}
