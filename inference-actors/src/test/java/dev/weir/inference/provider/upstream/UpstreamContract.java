package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderContract;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.Scene;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A provider and the scripted upstream it calls, which speaks the wire format of its kind. */
public abstract class UpstreamContract extends ProviderContract {

  protected final List<ScriptedUpstream> upstreams = new ArrayList<>();
  private StreamingHttp http;
  private Providers providers;

  /** What this upstream writes. */
  protected abstract Wire wire();

  @BeforeAll
  void startHttp() throws Exception {
    http = StreamingHttp.start(SSLContext.getDefault());
    providers = new Providers(Map.of(wire().provider(), wire().factory(http)));
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
  protected int open() {
    return upstreams.stream().mapToInt(ScriptedUpstream::playing).sum();
  }

  @Override
  protected Provider provider(Scene scene, Deployment.Timeouts timeouts) {
    return provider(timeouts, exchange -> play(scene, exchange));
  }

  protected Provider provider(ScriptedUpstream.Script script) {
    return provider(patient(), script);
  }

  private Provider provider(Deployment.Timeouts timeouts, ScriptedUpstream.Script script) {
    return provider(option(timeouts), script);
  }

  /** A provider of a deployment with these options beside those that it needs. */
  protected Provider provider(String options, ScriptedUpstream.Script script) {
    ScriptedUpstream upstream = ScriptedUpstream.start(script);
    upstreams.add(upstream);
    return providers.of(
        deployment(
            options
                + "\nprovider = %s, upstream-model = m, api-key = \"%s\", base-url = \"%s/v1\""
                    .formatted(wire().provider(), Wire.KEY, upstream.url())));
  }

  /** A provider whose upstream answers with these events and then ends. */
  protected Provider saying(String... events) {
    return provider(exchange -> exchange.events().chunk(String.join("", events)).end());
  }

  protected void play(Scene scene, ScriptedUpstream.Exchange exchange) throws IOException {
    switch (scene) {
      case Scene.Answers(int tokens) ->
          begin(exchange, tokens).chunk(wire().end(FinishReason.STOP, tokens) + wire().bye()).end();
      case Scene.CallsTool(String name) ->
          exchange
              .events()
              .chunk(wire().begin() + wire().call(0, name))
              .chunk(wire().end(FinishReason.TOOL_CALLS) + wire().bye())
              .end();
      case Scene.DropsAfter(int tokens) -> begin(exchange, tokens).drop();
      case Scene.StallsAfter(int tokens) -> begin(exchange, tokens).awaitClosed();
      case Scene.SpeaksRubbishAfter(int tokens) ->
          begin(exchange, tokens).chunk(wire().rubbish()).awaitClosed();
      case Scene.LimitsTheRate() -> wire().refuse(Wire.Refusal.RATE, exchange);
      case Scene.Fails() -> wire().refuse(Wire.Refusal.FAILURE, exchange);
      case Scene.RefusesTheKey() -> wire().refuse(Wire.Refusal.KEY, exchange);
      case Scene.RefusesTheLength() -> wire().refuse(Wire.Refusal.LENGTH, exchange);
    }
  }

  /** The beginning of an answer, with so many words of it. */
  protected ScriptedUpstream.Exchange begin(ScriptedUpstream.Exchange exchange, int tokens)
      throws IOException {
    exchange.events();
    if (!wire().begin().isEmpty()) {
      exchange.chunk(wire().begin());
    }
    return words(exchange, tokens);
  }

  protected ScriptedUpstream.Exchange words(ScriptedUpstream.Exchange exchange, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      exchange.chunk(wire().text((i == 0 ? "" : " ") + "word" + i));
    }
    return exchange;
  }

  protected List<Delta> all(Provider provider) {
    return provider
        .generate(call(100_000))
        .runWith(Sink.seq(), kit.system())
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  protected void awaitClosed() {
    kit.createTestProbe()
        .awaitAssert(
            SOON, () -> check(() -> assertThat(upstreams.getFirst().connected()).isZero()));
  }

  protected void awaitIdle() {
    kit.createTestProbe().awaitAssert(SOON, () -> check(() -> assertThat(open()).isZero()));
  }

  protected void awaitOne() {
    kit.createTestProbe().awaitAssert(SOON, () -> check(() -> assertThat(open()).isOne()));
  }

  private static boolean check(Runnable assertion) {
    assertion.run();
    return true;
  }
}
