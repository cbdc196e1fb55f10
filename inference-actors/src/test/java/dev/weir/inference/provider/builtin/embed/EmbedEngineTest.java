package dev.weir.inference.provider.builtin.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Vectors;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedEngineTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Executor HERE = Runnable::run;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static EmbedEngine engine(String options) {
    return new EmbedEngine(
        Catalog.from(
                ConfigFactory.parseString(
                        "deployments.tested { provider = builtin, engine = embed, serves ="
                            + " [embeddings], "
                            + options
                            + " }")
                    .withFallback(ConfigFactory.load().getConfig("weir")))
            .deployment("tested")
            .orElseThrow(),
        HERE);
  }

  private static List<float[]> vectors(String options, int dimensions, String... inputs) {
    return all(options, dimensions, inputs).all().stream().map(Vectors::floats).toList();
  }

  private static Vectors all(String options, int dimensions, String... inputs) {
    return engine(options)
        .embed(new EmbedCall(List.of(inputs), dimensions))
        .runWith(Sink.head(), KIT.system())
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  private static double likeness(String one, String other) {
    List<float[]> vectors = vectors("", 0, one, other);
    return product(vectors.get(0), vectors.get(1));
  }

  private static double product(float[] one, float[] other) {
    double sum = 0;
    for (int at = 0; at < one.length; at++) {
      sum += (double) one[at] * other[at];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The cat sleeps on the sofa. | A cat is sleeping on a sofa | Interest rates rose again in"
            + " March.",
        "How do I reset my password? | I forgot the password, how can it be reset | What time does"
            + " the shop open?",
        "neighbourhood meetings | neighborhood meeting | quarterly earnings",
        "Wie richte ich den Drucker ein? | Drucker einrichten | Rezept für Apfelkuchen",
        "今日は天気がいいです | 今日の天気はどうですか | 株価が大きく下がった",
        "error: connection refused on port 5432 | connection to port 5432 was refused | add two"
            + " eggs and stir"
      })
  void likeTextsLieNearerThanUnlikeOnes(String text, String like, String unlike) {
    assertThat(likeness(text, like)).isGreaterThan(likeness(text, unlike) + 0.1);
  }

  @Test
  void whatEverybodySaysTellsLittle() {
    assertThat(likeness("the of and in a river", "the of and in a bank"))
        .isLessThan(likeness("a river", "the rivers"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "!!!", " ", "\uD83D\uDE00", "the", "x y z x y z", "\u0000"})
  void everyTextHasAVectorOfLengthOne(String text) {
    float[] vector = vectors("", 0, text).getFirst();
    assertThat(product(vector, vector)).isCloseTo(1, within(1e-5));
  }

  @Test
  void theSameTextGivesTheSameVectorWhereverItStands() {
    float[] alone = vectors("", 0, "The river runs.").getFirst();
    float[] second = vectors("", 0, "Something else.", "The river runs.").get(1);
    assertThat(second).containsExactly(alone);
    assertThat(likeness("The river runs.", "The river runs.")).isCloseTo(1, within(1e-5));
  }

  /** Vectors are kept by clients: a change here is a change for them. */
  @Test
  void vectorsAreTheSameInEveryVersion() {
    float[] vector = vectors("", 8, "The river runs.").getFirst();
    assertThat(vector).containsExactly(GOLDEN, within(1e-6f));
  }

  private static final float[] GOLDEN = {
    0.5018594f, 0.11581372f, 0.270232f, -0.42465028f, 0, 0.270232f, 0.270232f, -0.5790686f
  };

  @Test
  void dimensionsAreTheCallsOrTheDeploymentsOr256() {
    assertThat(vectors("", 0, "x").getFirst()).hasSize(256);
    assertThat(vectors("dimensions = 64", 0, "x").getFirst()).hasSize(64);
    assertThat(vectors("dimensions = 64", 1000, "x").getFirst()).hasSize(1000);
  }

  @Test
  void tokensAreCounted() {
    assertThat(all("", 0, "one two", "three").tokens()).isEqualTo(4);
  }

  @Test
  void tooManyDimensionsAreTheCallersMatter() {
    assertThat(WeirError.of(catchThrowable(() -> vectors("", 4097, "x"))))
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class,
            error -> assertThat(error.param()).isEqualTo("dimensions"));
  }

  @Test
  void hasNoChat() {
    Throwable failure =
        catchThrowable(
            () ->
                engine("")
                    .generate(ModelCall.of("", List.of(), 10))
                    .runWith(Sink.<Delta>seq(), KIT.system())
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join());
    assertThat(WeirError.of(failure).code()).isEqualTo("unsupported_model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dimensions = 0", "dimensions = 4097", "serves = [chat, embeddings]"})
  void wrongOptionsNameTheirKey(String options) {
    assertThatThrownBy(() -> engine(options))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "weir.deployments.tested." + options.substring(0, options.indexOf(' ')));
  }
}
