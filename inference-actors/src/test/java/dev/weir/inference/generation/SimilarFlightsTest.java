package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Question;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Embedder;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Questions that are alike, as the vectors say that the test gives. */
class SimilarFlightsTest {

  private static final Duration MAX_WAIT = Duration.ofMillis(300);

  /** A question whose vector is asked for. */
  private record Asked(String text, CompletableFuture<Vectors> vector) {

    void lies(double x, double y) {
      vector.complete(new Vectors(List.of(Vectors.bytes(new float[] {(float) x, (float) y})), 3));
    }
  }

  private record Engine(Provider chat, BlockingQueue<Asked> vectors) implements Provider, Embedder {

    @Override
    public Optional<Embedder> embedder() {
      return Optional.of(this);
    }

    @Override
    public Source<Delta, NotUsed> generate(ModelCall call) {
      return chat.generate(call);
    }

    @Override
    public Source<Vectors, NotUsed> embed(EmbedCall call) {
      Asked asked = new Asked(call.inputs().getFirst(), new CompletableFuture<>());
      vectors.add(asked);
      return Source.completionStage(asked.vector());
    }
  }

  private final Bench bench = new Bench();
  private final BlockingQueue<Asked> vectors = new LinkedBlockingQueue<>();
  private final Catalog catalog =
      Bench.catalog("weir.deployments.one.cache.semantic { enabled = on, threshold = 0.9 }");
  private final ActorRef<InferenceNode.Command> node =
      bench.kit.spawn(
          InferenceNode.create(
              () -> catalog,
              bench.dependencies(
                  new Engine(bench.dependencies().providers().apply(bench.deployment), vectors)),
              bench.limits()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aLikeQuestionHasTheAnswerThatIsKeptAndIsTold() throws Exception {
    fill("kin", "first", 1, 0);
    Bench.Asked like = ask("kin", "like");
    vector("like").lies(0.96, 0.28);
    like.reader().request(9);
    Delta.Came came = (Delta.Came) like.reader().expectNext();
    assertThat(came.origin()).isEqualTo(Origin.CACHE);
    assertThat(came.key()).isEqualTo("first");
    assertThat(came.similarity()).isBetween(0.95, 0.97);
    assertThat(came.status()).isEqualTo("semantic");
    like.reader().expectNext(FlightBench.HELLO);
    like.reader().expectNext(FlightBench.STOP);
    like.reader().expectComplete();
    assertThat(bench.hasExchanges()).isFalse();
  }

  @Test
  void oneThatIsNotLikeEnoughHasAnAnswerOfItsOwn() throws Exception {
    fill("kin", "first", 1, 0);
    Bench.Asked other = ask("kin", "other");
    vector("other").lies(0.8, 0.6);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(other, FlightBench.HELLO, FlightBench.STOP);
  }

  @Test
  void anotherKinIsNeverAsked() throws Exception {
    fill("alice", "first", 1, 0);
    Bench.Asked stranger = ask("bob", "stranger");
    vector("stranger").lies(1, 0);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(stranger, FlightBench.HELLO, FlightBench.STOP);
  }

  @Test
  void theFirstOfItsKinWaitsForNoVector() throws Exception {
    Bench.Asked first = ask("kin", "first");
    vector("first");
    FlightBench.answer(bench.exchange());
    FlightBench.expect(first, FlightBench.HELLO, FlightBench.STOP);
  }

  @Test
  void whereLikenessDoesNotCountNoVectorIsAskedFor() throws Exception {
    Bench.Asked plain = bench.ask(new CacheOrder("k", "m", "one", "", false, 600_000), "u");
    node.tell(plain.request());
    FlightBench.answer(bench.exchange());
    FlightBench.expect(plain, FlightBench.HELLO, FlightBench.STOP);
    assertThat(vectors).isEmpty();
  }

  @Test
  void aVectorThatDoesNotComeIsNotWaitedForAndServesTheNextWhenItComesLate() throws Exception {
    fill("kin", "first", 1, 0);
    Bench.Asked slow = ask("kin", "slow");
    Asked late = vector("slow");
    assertThat(bench.hasExchanges()).isFalse();
    bench.time.timePasses(MAX_WAIT);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(slow, FlightBench.HELLO, FlightBench.STOP);
    late.lies(0, 1);
    awaitKnown(2);
    Bench.Asked next = ask("kin", "next");
    vector("next").lies(0, 1);
    next.reader().request(9);
    assertThat(((Delta.Came) next.reader().expectNext()).key()).isEqualTo("slow");
  }

  @Test
  void aVectorThatCannotBeMadeIsAsIfThereWereNone() throws Exception {
    fill("kin", "first", 1, 0);
    Bench.Asked asked = ask("kin", "failing");
    assertThat(
            vector("failing").vector().completeExceptionally(UpstreamError.server().asException()))
        .isTrue();
    FlightBench.answer(bench.exchange());
    FlightBench.expect(asked, FlightBench.HELLO, FlightBench.STOP);
  }

  @Test
  void equalQuestionsThatWaitForOneVectorAskForItOnce() throws Exception {
    fill("kin", "first", 1, 0);
    Bench.Asked one = ask("kin", "like");
    Bench.Asked two = ask("kin", "like");
    vector("like").lies(1, 0);
    FlightBench.expect(one, FlightBench.HELLO, FlightBench.STOP);
    FlightBench.expect(two, FlightBench.HELLO, FlightBench.STOP);
    assertThat(vectors).isEmpty();
  }

  @Test
  void whatIsForgottenAnswersNoLikeQuestion() throws Exception {
    fill("kin", "first", 1, 0);
    bench.answers.remove(new Selection("first", "", ""));
    Bench.Asked like = ask("kin", "like");
    vector("like").lies(1, 0);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(like, FlightBench.HELLO, FlightBench.STOP);
  }

  @Test
  void refreshTakesNoLikeAnswer() throws Exception {
    fill("kin", "first", 1, 0);
    CacheOrder fresh =
        new CacheOrder("new", "m", "one", "", true, 600_000, new Question("kin", "new"));
    Bench.Asked asked = bench.ask(fresh, "u");
    node.tell(asked.request());
    vector("new").lies(1, 0);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(asked, FlightBench.HELLO, FlightBench.STOP);
  }

  private Bench.Asked ask(String kin, String question) {
    Bench.Asked asked =
        bench.ask(
            new CacheOrder(question, "m", "one", "", false, 600_000, new Question(kin, question)),
            "u");
    node.tell(asked.request());
    return asked;
  }

  private Asked vector(String question) throws InterruptedException {
    Asked asked = vectors.poll(30, TimeUnit.SECONDS);
    if (asked == null) {
      throw new AssertionError("no vector was asked for");
    }
    assertThat(asked.text()).isEqualTo(question);
    return asked;
  }

  /** Keeps an answer to a question that lies there. */
  private void fill(String kin, String question, double x, double y) throws Exception {
    Bench.Asked asked = ask(kin, question);
    vector(question).lies(x, y);
    FlightBench.answer(bench.exchange());
    FlightBench.expect(asked, FlightBench.HELLO, FlightBench.STOP);
    awaitKnown(1);
  }

  private void awaitKnown(int questions) {
    bench.asking.awaitAssert(
        Duration.ofSeconds(30),
        () -> {
          assertThat(bench.answers.likeness().size()).isEqualTo(questions);
          return true;
        });
  }
}
