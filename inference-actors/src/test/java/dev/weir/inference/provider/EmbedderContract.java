package dev.weir.inference.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.ScriptedUpstream.Exchange;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every embedder with an upstream does, whatever its upstream does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EmbedderContract {

  protected static final EmbedCall CALL = new EmbedCall(List.of("one", "zwei ü", "three\n"), 0);

  private final List<ScriptedUpstream> upstreams = new ArrayList<>();
  private ActorTestKit kit;
  private StreamingHttp http;
  private Providers providers;

  /** How this upstream refuses. */
  protected abstract Wire wire();

  protected abstract String requestLine();

  /** What asks for {@link #CALL}, and for it with 2 dimensions. */
  protected abstract String request(boolean withDimensions);

  /** An answer with these vectors, and with usage where {@code tokens} are not negative. */
  protected abstract String answer(List<float[]> vectors, long tokens);

  /** Answers that cannot be read. */
  protected abstract List<String> rubbish();

  @BeforeAll
  void start() throws Exception {
    kit = ActorTestKit.create();
    http = StreamingHttp.start(SSLContext.getDefault());
    providers = new Providers(Map.of(wire().provider(), wire().factory(http)));
  }

  @AfterAll
  void stop() {
    http.close();
    kit.shutdownTestKit();
  }

  @AfterEach
  void stopUpstreams() {
    upstreams.forEach(ScriptedUpstream::close);
    upstreams.clear();
  }

  private Embedder embedder(ScriptedUpstream.Script script) {
    return embedder("1h", script);
  }

  private Embedder embedder(String patience, ScriptedUpstream.Script script) {
    ScriptedUpstream upstream = ScriptedUpstream.start(script);
    upstreams.add(upstream);
    return providers
        .of(
            ProviderContract.deployment(
                "provider = %s, upstream-model = m, api-key = \"%s\", base-url = \"%s/v1\", timeouts.first-token = %s, serves = [embeddings]"
                    .formatted(wire().provider(), Wire.KEY, upstream.url(), patience)))
        .embedder()
        .orElseThrow();
  }

  private Vectors vectors(Embedder embedder, EmbedCall call) {
    return embedder
        .embed(call)
        .runWith(Sink.head(), kit.system())
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  private WeirError error(Embedder embedder, EmbedCall call) {
    return WeirError.of(catchThrowable(() -> vectors(embedder, call)));
  }

  private static List<float[]> numbered(int count, int length) {
    return IntStream.range(0, count)
        .mapToObj(
            at -> {
              float[] vector = new float[length];
              vector[at % length] = at + 0.25f;
              return vector;
            })
        .toList();
  }

  private void assertSame(Vectors vectors, List<float[]> expected) {
    assertThat(vectors.all()).hasSize(expected.size());
    for (int at = 0; at < expected.size(); at++) {
      assertThat(Vectors.floats(vectors.all().get(at))).containsExactly(expected.get(at));
    }
  }

  @Test
  void asksInTheUpstreamsWordsAndReadsItsVectorsInOrder() {
    List<float[]> sent =
        List.of(new float[] {1, -0.5f}, new float[] {0, 1e-3f}, new float[] {3, 4});
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(sent, 7)));
    Vectors vectors = vectors(embedder, CALL);
    assertSame(vectors, sent);
    assertThat(vectors.tokens()).isEqualTo(7);
    ScriptedUpstream.Request request = upstreams.getFirst().requests().getFirst();
    assertThat(request.line()).isEqualTo(requestLine());
    assertThat(request.headers()).containsAllEntriesOf(wire().requestHeaders());
    assertThat(request.body()).isEqualTo(request(false));
  }

  @Test
  void asksForDimensions() {
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(numbered(3, 2), 7)));
    assertThat(vectors(embedder, new EmbedCall(CALL.inputs(), 2)).all()).hasSize(3);
    assertThat(upstreams.getFirst().requests().getFirst().body()).isEqualTo(request(true));
  }

  @Test
  void otherDimensionsThanAskedForAreTheCallersMatter() {
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(numbered(3, 4), 7)));
    assertThat(error(embedder, new EmbedCall(CALL.inputs(), 2)))
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class,
            error -> assertThat(error.param()).isEqualTo("dimensions"));
  }

  @Test
  void usageMayBeMissing() {
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(numbered(3, 2), -1)));
    assertThat(vectors(embedder, CALL).tokens()).isEqualTo(Vectors.UNTOLD);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void aWrongCountOfVectorsIsMalformed(int count) {
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(numbered(count, 2), 7)));
    assertThat(error(embedder, CALL).code()).isEqualTo("upstream_malformed");
  }

  @Test
  void vectorsOfDifferentLengthAreMalformed() {
    List<float[]> uneven = List.of(new float[2], new float[3], new float[2]);
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(uneven, 7)));
    assertThat(error(embedder, CALL).code()).isEqualTo("upstream_malformed");
  }

  @Test
  void rubbishIsMalformed() {
    for (String rubbish : rubbish()) {
      Embedder embedder = embedder(exchange -> exchange.answer(200, rubbish));
      assertThat(error(embedder, CALL).code()).as(rubbish).isEqualTo("upstream_malformed");
    }
  }

  @Test
  void anAnswerMayComeInAnyPieces() {
    List<float[]> sent = numbered(3, 5);
    Embedder embedder =
        embedder(
            exchange -> {
              exchange.events();
              for (char c : answer(sent, 7).toCharArray()) {
                exchange.chunk(String.valueOf(c));
              }
              exchange.end();
            });
    assertSame(vectors(embedder, CALL), sent);
  }

  @Test
  void aLargeAnswerIsReadWhole() {
    List<float[]> sent = numbered(100, 3072);
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(sent, 7)));
    List<String> inputs = IntStream.range(0, 100).mapToObj(at -> "input " + at).toList();
    assertSame(vectors(embedder, new EmbedCall(inputs, 0)), sent);
  }

  @Test
  void aConnectionServesTheNextCall() {
    Embedder embedder = embedder(exchange -> exchange.answer(200, answer(numbered(3, 2), 7)));
    vectors(embedder, CALL);
    vectors(embedder, CALL);
    assertThat(upstreams.getFirst().connections()).isEqualTo(1);
  }

  @Test
  void aLostConnectionMayBeRetried() {
    Embedder embedder =
        embedder(exchange -> exchange.events().chunk(answer(numbered(2, 2), 7)).drop());
    WeirError error = error(embedder, CALL);
    assertThat(error.code()).isEqualTo("upstream_closed");
    assertThat(error.retryable()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Wire.Refusal.class)
  void refusalsAreTranslatedAndTellNoSecret(Wire.Refusal refusal) throws IOException {
    Embedder embedder = embedder(exchange -> wire().refuse(refusal, exchange));
    WeirError error = error(embedder, CALL);
    String code =
        switch (refusal) {
          case RATE -> "upstream_rate_limited";
          case OVERLOAD -> "upstream_overloaded";
          case FAILURE -> "upstream_error";
          case KEY -> "upstream_auth";
          case MODEL -> "upstream_model_not_found";
          case LENGTH -> "context_length_exceeded";
          case REQUEST -> "upstream_rejected";
        };
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.message()).doesNotContain(Wire.SECRET, Wire.KEY);
    assertThat(UpstreamError.mayBeOneInput(error))
        .isEqualTo(refusal == Wire.Refusal.LENGTH || refusal == Wire.Refusal.REQUEST);
  }

  @Test
  void silenceEndsWithTheTimeout() {
    Embedder embedder = embedder("100ms", Exchange::awaitClosed);
    assertThat(error(embedder, CALL).code()).isEqualTo("upstream_first_token_timeout");
    awaitIdle();
  }

  @Test
  void cancelClosesTheExchange() {
    Embedder embedder = embedder(Exchange::awaitClosed);
    var reader = embedder.embed(CALL).runWith(TestSink.create(kit.system()), kit.system());
    reader.request(1);
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(60), () -> assertThat(upstreams.getFirst().requests()).hasSize(1));
    reader.cancel();
    awaitIdle();
  }

  private void awaitIdle() {
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(60), () -> assertThat(upstreams.getFirst().connected()).isZero());
  }
}
