package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.Terms;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationTest {

  private final Bench bench = new Bench();
  private final TestProbe<Void> watching = bench.kit.createTestProbe();

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void bringsTheProvidersDeltasToTheRunAndStops() throws Exception {
    Bench.Asked asked = bench.ask("one");
    ActorRef<Generation.Command> generation = spawn(asked, bench.dependencies());
    generation.tell(Generation.Start.NOW);
    asked.reader().request(9);
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    exchange.sendNext(new Delta.Text("Hello"));
    exchange.sendNext(new Delta.Finished(FinishReason.STOP));
    exchange.sendComplete();
    asked.reader().expectNext(new Delta.Text("Hello"));
    asked.reader().expectNext(new Delta.Finished(FinishReason.STOP));
    asked.reader().expectComplete();
    watching.expectTerminated(generation);
  }

  @Test
  void theProviderHearsWhichCallItIsAndHowMuchOfItsTimeIsLeft() throws Exception {
    BlockingQueue<Terms> heard = new LinkedBlockingQueue<>();
    Provider provider =
        new Provider() {
          @Override
          public Source<Delta, NotUsed> generate(ModelCall call) {
            return Source.empty();
          }

          @Override
          public Source<Delta, NotUsed> generate(ModelCall call, Terms terms) {
            heard.add(terms);
            return generate(call);
          }
        };
    spawn(bench.ask("one"), bench.dependencies(provider)).tell(Generation.Start.NOW);
    assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(new Terms("resp_u/generate", null));
    Bench.Asked hasty = bench.ask("one", "u", Duration.ofHours(1));
    spawn(hasty, bench.dependencies(provider)).tell(Generation.Start.NOW);
    Terms terms = Objects.requireNonNull(heard.poll(30, TimeUnit.SECONDS));
    assertThat(terms.left()).isLessThan(Duration.ofHours(1)).isGreaterThan(Duration.ofMinutes(50));
  }

  @Test
  void aProviderThatThrowsFailsTheStream() {
    Bench.Asked asked = bench.ask("one");
    ActorRef<Generation.Command> generation =
        spawn(
            asked,
            bench.dependencies(
                call -> {
                  throw new IllegalStateException("a defect");
                }));
    generation.tell(Generation.Start.NOW);
    assertThat(failure(asked)).isEqualTo("internal_error");
    watching.expectTerminated(generation);
  }

  @Test
  void aCallThatCannotBeReadFailsTheStreamAlsoWhileItWaits() {
    Parcel<ModelCall> rubbish = new Parcel.Inline<>(ByteString.fromString("rubbish"));
    Bench.Asked asked = bench.ask("one", "u", rubbish);
    ActorRef<Generation.Command> generation = spawn(asked, bench.dependencies());
    assertThat(failure(asked)).isEqualTo("undecodable");
    watching.expectTerminated(generation);
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void cancelWhileItWaitsReachesNoUpstream() {
    ActorRef<Generation.Command> generation = spawn(bench.ask("one"), bench.dependencies());
    generation.tell(Generation.Cancel.NOW);
    watching.expectTerminated(generation);
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void cancelInMidAnswerClosesTheExchange() throws Exception {
    ActorRef<Generation.Command> generation = spawn(bench.ask("one"), bench.dependencies());
    generation.tell(Generation.Start.NOW);
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    generation.tell(Generation.Cancel.NOW);
    exchange.expectCancellation();
    watching.expectTerminated(generation);
  }

  @Test
  void endsWithWhoeverAskedForIt() throws Exception {
    ActorRef<Generation.Command> generation = spawn(bench.ask("one"), bench.dependencies());
    generation.tell(Generation.Start.NOW);
    TestPublisher.Probe<Delta> exchange = bench.exchange();
    bench.asking.stop();
    exchange.expectCancellation();
    watching.expectTerminated(generation);
  }

  private static final Listener NOBODY =
      new Listener() {
        @Override
        public void begun(ActorRef<Generation.Command> generation, Duration firstToken) {}

        @Override
        public void produced(ActorRef<Generation.Command> generation, long tokens) {}

        @Override
        public void ended(
            ActorRef<Generation.Command> generation,
            boolean answered,
            @Nullable WeirError failure,
            OptionalLong tokens) {}
      };

  private ActorRef<Generation.Command> spawn(
      Bench.Asked asked, Generation.Dependencies dependencies) {
    return bench.kit.spawn(
        Generation.create(asked.request(), bench.deployment, dependencies, NOBODY));
  }

  private static String failure(Bench.Asked asked) {
    asked.reader().request(1);
    return WeirError.of(asked.reader().expectError()).code();
  }
}
