package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.Scene;
import dev.weir.inference.provider.Terms;
import dev.weir.inference.provider.Upstream;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every provider does whose upstream answers with server-sent events. */
public abstract class EventUpstreamContract extends UpstreamContract {

  private static final String GREETING = "Grüße, 世界 😀";

  @Test
  void withoutDemandTheUpstreamCanWriteLittle() {
    int tokens = 20_000;
    Provider provider = provider(exchange -> play(new Scene.Answers(tokens), exchange));
    ScriptedUpstream slow = upstreams.getFirst();
    TestSubscriber.Probe<Delta> reader = run(provider, call(tokens));
    reader.request(1).expectNext();
    Provider other = provider(new Scene.Answers(20), patient());
    for (int i = 0; i < 200; i++) {
      assertThat(all(other)).hasSize(22);
    }
    assertThat(slow.written()).isLessThan(512 * 1024);
    reader.request(tokens).expectNextN(tokens);
    assertThat(slow.written()).isGreaterThan(2 * 512 * 1024);
  }

  @Test
  void cancelInMidAnswerClosesTheSocket() {
    Provider provider =
        provider(
            exchange -> {
              begin(exchange, 0);
              while (true) {
                words(exchange, 1);
              }
            });
    TestSubscriber.Probe<Delta> reader = run(provider, call(1000));
    reader.request(5).expectNextN(5);
    reader.cancel();
    awaitClosed();
  }

  @Test
  void cancelBeforeTheUpstreamAnswersClosesTheSocket() {
    Provider provider = provider(ScriptedUpstream.Exchange::awaitClosed);
    TestSubscriber.Probe<Delta> reader = run(provider, call(1000));
    reader.request(1);
    awaitOne();
    reader.cancel();
    awaitClosed();
  }

  @Test
  void aConnectionServesOneExchangeAfterTheOther() {
    Provider provider = provider(new Scene.Answers(3), patient());
    for (int i = 0; i < 10; i++) {
      all(provider);
      awaitIdle();
    }
    assertThat(upstreams.getFirst().connections()).isLessThanOrEqualTo(2);
    assertThat(upstreams.getFirst().requests()).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({"1,LF", "1,CRLF", "2,LF", "3,CRLF", "7,LF", "50,CRLF"})
  void theWayTheBytesComeDoesNotMatter(int piece, String lineEnd) {
    byte[] bytes = bytes(greeting().replace("\n", lineEnd.equals("LF") ? "\n" : "\r\n"));
    Provider provider =
        provider(
            exchange -> {
              exchange.raw("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n");
              for (int at = 0; at < bytes.length; at += piece) {
                exchange.raw(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
              }
            });
    assertThat(all(provider))
        .containsExactly(
            new Delta.Text(GREETING),
            new Delta.Text(" ok"),
            new Delta.Consumed(new Usage(5, 2, 9, 0)),
            new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void aStreamThatIsCutAnywhereGivesWhatHadComeAndNoMore() {
    byte[] bytes = bytes(greeting());
    int[] cut = {0};
    Provider provider =
        provider(
            exchange ->
                exchange
                    .raw("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                    .raw(Arrays.copyOf(bytes, cut[0]))
                    .drop());
    for (cut[0] = 0; cut[0] < bytes.length; cut[0] += 5) {
      StringBuilder text = new StringBuilder();
      @Nullable WeirError failure = failure(provider, text);
      if (failure == null) {
        assertThat(text).hasToString(GREETING + " ok");
      } else {
        assertThat(failure.code()).isEqualTo("upstream_closed");
        assertThat(GREETING + " ok").startsWith(text.toString());
      }
      awaitIdle();
    }
  }

  /** How an answer failed whose text goes to {@code text}, or null if it ended. */
  private @Nullable WeirError failure(Provider provider, StringBuilder text) {
    return provider
        .generate(call(1000))
        .collectType(Delta.Text.class)
        .runForeach(delta -> text.append(delta.text()), kit.system())
        .handle((done, failure) -> failure == null ? null : WeirError.of(failure))
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  private String greeting() {
    return wire().begin()
        + wire().ping()
        + wire().text(GREETING)
        + wire().ping()
        + wire().text(" ok")
        + wire().end(FinishReason.STOP, 9)
        + wire().bye();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anEndWithoutByeAndUsageIsAnEnd() {
    Provider provider =
        provider(
            exchange -> {
              exchange.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
              exchange.raw(wire().begin() + wire().text("x"));
              exchange.raw(wire().end(FinishReason.STOP).stripTrailing()).drop();
            });
    assertThat(all(provider))
        .containsExactly(new Delta.Text("x"), new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void byeBeforeTheModelHasFinishedIsALoss() {
    Provider provider =
        provider(
            exchange -> {
              begin(exchange, 2);
              if (!wire().bye().isEmpty()) {
                exchange.chunk(wire().bye());
              }
              exchange.end();
            });
    assertFailure(provider, 2, "upstream_closed");
  }

  @Test
  void aConnectionThatIsLostInMidEventIsALoss() {
    String event = wire().text("never");
    Provider provider =
        provider(exchange -> begin(exchange, 2).chunk(event.substring(0, 20)).drop());
    assertFailure(provider, 2, "upstream_closed");
  }

  @Test
  void usageTellsWhatWasCached() {
    assertThat(all(saying(wire().begin(), wire().end(FinishReason.STOP, 3), wire().bye())))
        .containsExactly(
            new Delta.Consumed(new Usage(5, 2, 3, 0)), new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void thoughtsAreNotTheAnswer() {
    assertThat(
            all(
                saying(
                    wire().begin(),
                    wire().thought("Let me see."),
                    wire().text("Yes."),
                    wire().end(FinishReason.STOP),
                    wire().bye())))
        .containsExactly(
            new Delta.Reasoning("Let me see."),
            new Delta.Text("Yes."),
            new Delta.Finished(FinishReason.STOP));
  }

  @ParameterizedTest
  @EnumSource(
      value = FinishReason.class,
      names = {"STOP", "LENGTH", "CONTENT_FILTER"})
  void tellsWhyTheModelEnded(FinishReason reason) {
    assertThat(all(saying(wire().begin(), wire().text("x"), wire().end(reason), wire().bye())))
        .containsExactly(new Delta.Text("x"), new Delta.Finished(reason));
  }

  @Test
  void callsAreNumberedAndHaveIdsOfTheirOwn() {
    List<Delta> deltas =
        all(
            saying(
                wire().begin(),
                wire().call(0, "f"),
                wire().call(1, "g"),
                wire().end(FinishReason.TOOL_CALLS),
                wire().bye()));
    List<Delta.ToolCall> begun =
        deltas.stream()
            .filter(Delta.ToolCall.class::isInstance)
            .map(Delta.ToolCall.class::cast)
            .filter(call -> !call.name().isEmpty())
            .toList();
    assertThat(begun).extracting(Delta.ToolCall::index).containsExactly(0, 1);
    assertThat(begun).extracting(Delta.ToolCall::name).containsExactly("f", "g");
    assertThat(begun).extracting(Delta.ToolCall::callId).doesNotHaveDuplicates().doesNotContain("");
    assertThat(deltas.getLast()).isEqualTo(new Delta.Finished(FinishReason.TOOL_CALLS));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void anErrorInsideTheStreamIsTranslatedAndTellsNothing(int tokens) {
    Provider provider =
        provider(exchange -> begin(exchange, tokens).chunk(wire().overload()).awaitClosed());
    WeirError error = assertFailure(provider, tokens, "upstream_overloaded");
    assertThat(((WeirError.ModelFailed) error).retryable()).isTrue();
    awaitClosed();
  }

  @Test
  void anOverloadTellsWhenToRetry() {
    WeirError error = assertRefusal(Wire.Refusal.OVERLOAD, "upstream_overloaded");
    assertThat(((WeirError.ModelFailed) error).retryAfter()).isEqualTo(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource({
    "RATE,upstream_rate_limited",
    "FAILURE,upstream_error",
    "KEY,upstream_auth",
    "MODEL,upstream_model_not_found",
    "LENGTH,context_length_exceeded",
    "REQUEST,upstream_rejected"
  })
  void aRefusalIsTranslatedAndTellsNothing(Wire.Refusal refusal, String code) {
    assertRefusal(refusal, code);
  }

  private WeirError assertRefusal(Wire.Refusal refusal, String code) {
    return assertFailure(provider(exchange -> wire().refuse(refusal, exchange)), 0, code);
  }

  private WeirError assertFailure(Provider provider, int tokens, String code) {
    TestSubscriber.Probe<Delta> reader = run(provider, call(10));
    reader.request(10).expectNextN(tokens);
    WeirError error = WeirError.of(reader.expectError());
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.toString()).doesNotContain(Wire.SECRET).doesNotContain(Wire.KEY);
    return error;
  }

  @Test
  void anEventOfMoreThanAMebibyteIsRefused() {
    String line = "x".repeat(64 * 1024);
    Provider provider =
        provider(
            exchange -> {
              exchange.events().chunk("data: ");
              while (true) {
                exchange.chunk(line);
              }
            });
    assertFailure(provider, 0, "upstream_malformed");
    awaitClosed();
  }

  @Test
  void onlyTheSameCallHasTheSameIdempotencyKey() {
    Provider provider = provider("idempotency-header = X-Once", this::greet);
    ModelCall call = call(10);
    Terms terms = new Terms("resp_1/generate", null);
    String key = once(provider, call, terms);
    assertThat(key).matches("weir-[0-9a-f]{32}");
    assertThat(once(provider, call, new Terms("resp_1/generate", Duration.ofHours(1))))
        .isEqualTo(key);
    assertThat(once(provider, call, new Terms("resp_1/generate/2", null))).isNotEqualTo(key);
    assertThat(once(provider, call.withMaxOutputTokens(11), terms)).isNotEqualTo(key);
    assertThat(once(provider, call, Terms.NONE)).isEmpty();
  }

  @Test
  void whoDoesNotPromiseToKnowACallAgainGetsNoKeyUnlessItIsConfigured() {
    Terms terms = new Terms("resp_1/generate", null);
    String usual = wire().idempotencyHeader();
    Map<String, String> headers = headers(provider("", this::greet), call(10), terms);
    assertThat(headers.containsKey("idempotency-key")).isEqualTo(usual.equals("idempotency-key"));
    assertThat(headers(provider("idempotency-header = \"\"", this::greet), call(10), terms))
        .doesNotContainKey("idempotency-key");
  }

  @Test
  void theProbeAsksForTheModelWithTheKeyAndOverAConnectionThatIsKept() {
    Provider provider = provider(exchange -> exchange.answer(200, wire().model()));
    Upstream upstream = provider.upstream().orElseThrow();
    join(upstream.keep(1));
    assertThat(upstream.idle()).isOne();
    assertThat(upstream.origin()).isEqualTo(upstreams.getFirst().url());
    assertThat(probe(provider)).isEmpty();
    ScriptedUpstream.Request request = upstreams.getFirst().requests().getFirst();
    assertThat(request.line()).isEqualTo(wire().modelLine());
    assertThat(request.headers()).containsAllEntriesOf(wire().requestHeaders());
    assertThat(request.body()).isEmpty();
    join(upstream.keep(0));
  }

  @Test
  void aProbeWithAWrongKeySaysSoAndTellsNothing() {
    Provider provider = provider(exchange -> wire().refuse(Wire.Refusal.KEY, exchange));
    assertThat(probe(provider))
        .isEqualTo(UpstreamError.auth().message())
        .doesNotContain(Wire.SECRET)
        .doesNotContain(Wire.KEY);
  }

  /** What a probe notes, or fails with. */
  protected String probe(Provider provider) {
    return join(
        provider
            .upstream()
            .orElseThrow()
            .probe()
            .runWith(Sink.head(), kit.system())
            .exceptionally(failure -> WeirError.of(failure).message()));
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private void greet(ScriptedUpstream.Exchange exchange) throws IOException {
    exchange.events().chunk(greeting()).end();
  }

  private String once(Provider provider, ModelCall call, Terms terms) {
    return headers(provider, call, terms).getOrDefault("x-once", "");
  }

  /** The headers of that call, which is the last one. */
  private Map<String, String> headers(Provider provider, ModelCall call, Terms terms) {
    provider
        .generate(call, terms)
        .runWith(Sink.ignore(), kit.system())
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
    return upstreams.getLast().requests().getLast().headers();
  }

  @Test
  void sendsTheKeyAndTheBody() {
    all(provider(new Scene.Answers(1), patient()));
    ScriptedUpstream.Request request = upstreams.getFirst().requests().getFirst();
    assertThat(request.line()).isEqualTo(wire().requestLine());
    assertThat(request.headers())
        .containsAllEntriesOf(wire().requestHeaders())
        .containsEntry("content-type", "application/json")
        .containsKey("host");
    assertThat(request.body()).startsWith("{").contains("Be brief.").contains("Hi");
    assertThat(request.line() + request.body()).doesNotContain(Wire.KEY);
  }
}
