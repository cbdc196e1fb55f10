package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderContract;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.Scene;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiTest extends ProviderContract {

  private static final String FINISH =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

  private final List<ScriptedUpstream> upstreams = new ArrayList<>();
  private StreamingHttp http;
  private Providers providers;

  @BeforeAll
  void startHttp() throws Exception {
    http = StreamingHttp.start(SSLContext.getDefault());
    providers = new Providers(Map.of("openai", new OpenAi(http)));
  }

  @AfterAll
  void stopHttp() {
    http.close();
  }

  @AfterEach
  void stopUpstreams() {
    upstreams.forEach(ScriptedUpstream::close);
    upstreams.clear();
  }

  @Override
  protected Provider provider(Scene scene, Deployment.Timeouts timeouts) {
    return provider(timeouts, exchange -> play(scene, exchange));
  }

  private Provider provider(ScriptedUpstream.Script script) {
    return provider(patient(), script);
  }

  private Provider provider(Deployment.Timeouts timeouts, ScriptedUpstream.Script script) {
    ScriptedUpstream upstream = ScriptedUpstream.start(script);
    upstreams.add(upstream);
    return providers.of(
        deployment(
            """
            provider = openai, upstream-model = m, api-key = "sk-secret", base-url = "%s/v1"
            timeouts { connect = %s, first-token = %s, between-tokens = %s, whole = %s }
            """
                .formatted(
                    upstream.url(),
                    timeouts.connect().toMillis() + "ms",
                    timeouts.firstToken().toMillis() + "ms",
                    timeouts.betweenTokens().toMillis() + "ms",
                    timeouts.whole().toMillis() + "ms")));
  }

  @Override
  protected int open() {
    return upstreams.stream().mapToInt(ScriptedUpstream::playing).sum();
  }

  private static void play(Scene scene, ScriptedUpstream.Exchange exchange) throws IOException {
    switch (scene) {
      case Scene.Answers(int tokens) -> {
        tokens(exchange.events(), tokens).event(FINISH);
        exchange.event(usage(tokens)).event("[DONE]").end();
      }
      case Scene.CallsTool(String name) ->
          exchange
              .events()
              .event(
                  tool(
                      "{\"index\":0,\"id\":\"c1\",\"type\":\"function\","
                          + "\"function\":{\"name\":\""
                          + name
                          + "\",\"arguments\":\"\"}}"))
              .event(tool("{\"index\":0,\"function\":{\"arguments\":\"{\"}}"))
              .event(tool("{\"index\":0,\"function\":{\"arguments\":\"}\"}}"))
              .event(FINISH.replace("stop", "tool_calls"))
              .event("[DONE]")
              .end();
      case Scene.DropsAfter(int tokens) -> tokens(exchange.events(), tokens).drop();
      case Scene.StallsAfter(int tokens) -> tokens(exchange.events(), tokens).awaitClosed();
      case Scene.SpeaksRubbishAfter(int tokens) ->
          tokens(exchange.events(), tokens).event("{\"choices\":[{]}").awaitClosed();
      case Scene.LimitsTheRate() ->
          exchange.answer(429, "{\"error\":{\"message\":\"slow down\"}}", "Retry-After: 1");
      case Scene.Fails() -> exchange.answer(500, "oops");
      case Scene.RefusesTheKey() ->
          exchange.answer(401, "{\"error\":{\"code\":\"invalid_api_key\"}}");
      case Scene.RefusesTheLength() ->
          exchange.answer(400, "{\"error\":{\"code\":\"context_length_exceeded\"}}");
    }
  }

  private static ScriptedUpstream.Exchange tokens(ScriptedUpstream.Exchange exchange, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      exchange.event(text((i == 0 ? "" : " ") + "word" + i));
    }
    return exchange;
  }

  private static String text(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  private static String tool(String call) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + call + "]}}]}";
  }

  private static String usage(int tokens) {
    return "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":" + tokens + "}}";
  }

  private List<Delta> all(Provider provider) {
    return provider
        .generate(call(100_000))
        .runWith(Sink.seq(), kit.system())
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
  }

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
              exchange.events();
              while (true) {
                tokens(exchange, 1);
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
    kit.createTestProbe().awaitAssert(SOON, () -> check(() -> assertThat(open()).isOne()));
    reader.cancel();
    awaitClosed();
  }

  private void awaitClosed() {
    kit.createTestProbe()
        .awaitAssert(
            SOON, () -> check(() -> assertThat(upstreams.getFirst().connected()).isZero()));
  }

  private static boolean check(Runnable assertion) {
    assertion.run();
    return true;
  }

  @Test
  void aConnectionServesOneExchangeAfterTheOther() {
    Provider provider = provider(new Scene.Answers(3), patient());
    for (int i = 0; i < 10; i++) {
      all(provider);
      kit.createTestProbe().awaitAssert(SOON, () -> check(() -> assertThat(open()).isZero()));
    }
    assertThat(upstreams.getFirst().connections()).isLessThanOrEqualTo(2);
    assertThat(upstreams.getFirst().requests()).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 50})
  void theWayTheBytesComeDoesNotMatter(int piece) {
    Provider provider =
        provider(
            exchange -> {
              String events =
                  (": ping\r\n\r\ndata: "
                      + text("Grüße, 世界 😀")
                      + "\r\n\r\n"
                      + "event: x\ndata: {\"choices\":\ndata: [{\"delta\":{\"content\":\" ok\"},"
                      + "\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n");
              byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
              exchange.raw("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n");
              for (int at = 0; at < bytes.length; at += piece) {
                exchange.raw(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length)));
              }
            });
    assertThat(all(provider))
        .containsExactly(
            new Delta.Text("Grüße, 世界 😀"),
            new Delta.Text(" ok"),
            new Delta.Finished(FinishReason.LENGTH));
  }

  @Test
  void anEndWithoutDoneAndUsageIsAnEnd() {
    Provider provider =
        provider(
            exchange -> {
              exchange.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
              exchange.raw("data: " + text("x") + "\n\ndata: " + FINISH).drop();
            });
    assertThat(all(provider))
        .containsExactly(new Delta.Text("x"), new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void usageComesOnceAndBeforeTheEnd() {
    String both =
        FINISH.replaceFirst(
            "\\}$",
            ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}}");
    Provider provider =
        provider(exchange -> exchange.events().event(both).event(both).event("[DONE]").end());
    assertThat(all(provider))
        .containsExactly(
            new Delta.Consumed(new Usage(9, 4, 2, 1)), new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void doneBeforeTheModelHasFinishedIsALoss() {
    Provider provider = provider(exchange -> tokens(exchange.events(), 2).event("[DONE]").end());
    TestSubscriber.Probe<Delta> reader = run(provider, call(10));
    reader.request(10).expectNextN(2);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo("upstream_closed");
  }

  @Test
  void aConnectionThatIsLostInMidEventIsALoss() {
    Provider provider =
        provider(
            exchange -> tokens(exchange.events(), 2).chunk("data: {\"choices\":[{\"del").drop());
    TestSubscriber.Probe<Delta> reader = run(provider, call(10));
    reader.request(10).expectNextN(2);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo("upstream_closed");
  }

  @Test
  void anErrorInsideTheStreamIsTranslatedAndTellsNothing() {
    Provider provider =
        provider(
            exchange ->
                tokens(exchange.events(), 2)
                    .event("{\"error\":{\"message\":\"prompt: sesame\",\"code\":503}}")
                    .awaitClosed());
    TestSubscriber.Probe<Delta> reader = run(provider, call(10));
    reader.request(10).expectNextN(2);
    WeirError error = WeirError.of(reader.expectError());
    assertThat(error.code()).isEqualTo("upstream_overloaded");
    assertThat(error.message()).doesNotContain("sesame");
    awaitClosed();
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
    TestSubscriber.Probe<Delta> reader = run(provider, call(10));
    reader.request(1);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo("upstream_malformed");
    awaitClosed();
  }

  @Test
  void sendsTheKeyAndTheBody() {
    Provider provider = provider(new Scene.Answers(1), patient());
    all(provider);
    ScriptedUpstream.Request request = upstreams.getFirst().requests().getFirst();
    assertThat(request.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
    assertThat(request.headers())
        .containsEntry("authorization", "Bearer sk-secret")
        .containsEntry("content-type", "application/json")
        .containsKey("host");
    assertThat(request.body()).startsWith("{\"model\":\"m\",\"stream\":true");
  }
}
