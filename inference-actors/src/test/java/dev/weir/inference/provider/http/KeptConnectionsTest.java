package dev.weir.inference.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall.Origin;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeptConnectionsTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private ActorTestKit kit;
  private StreamingHttp http;
  private ScriptedUpstream upstream;

  @BeforeAll
  void startKit() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  void stopKit() {
    kit.shutdownTestKit();
  }

  @BeforeEach
  void start() throws Exception {
    http = StreamingHttp.start(SSLContext.getDefault());
    upstream = ScriptedUpstream.start(exchange -> exchange.answer(200, "ok"));
  }

  @AfterEach
  void stop() {
    http.close();
    upstream.close();
  }

  @Test
  void thereAreAsManyAsAreWantedBeforeAnyCall() {
    keep(3).join();
    assertThat(http.idle(origin())).isEqualTo(3);
    soon(() -> assertThat(upstream.connected()).isEqualTo(3));
    assertThat(upstream.requests()).isEmpty();
    assertThat(http.connections()).isEqualTo(3);
  }

  @Test
  void theFirstCallHasOneThatIsThere() {
    keep(1).join();
    soon(() -> assertThat(upstream.connected()).isOne());
    upstream.listenNoMore();
    assertThat(call(http, upstream.url()).join()).isEqualTo("ok");
    assertThat(upstream.connections()).isOne();
  }

  @Test
  void oneThatIsTakenIsReplaced() {
    upstream.close();
    upstream = ScriptedUpstream.start(ScriptedUpstream.Exchange::awaitClosed);
    keep(1).join();
    CompletableFuture<String> running = call(http, upstream.url());
    soon(() -> assertThat(upstream.playing()).isOne());
    soon(() -> assertThat(http.idle(origin())).isOne());
    assertThat(http.connections()).isEqualTo(2);
    assertThat(running).isNotDone();
  }

  @Test
  void whatTheUpstreamClosesComesBack() {
    keep(2).join();
    soon(() -> assertThat(upstream.connected()).isEqualTo(2));
    upstream.dropAll();
    soon(() -> assertThat(upstream.connections()).isEqualTo(4));
    soon(() -> assertThat(http.idle(origin())).isEqualTo(2));
  }

  @Test
  void wantingMoreOpensThemAndWantingNoneLetsThemGo() {
    keep(1).join();
    keep(3).join();
    assertThat(http.idle(origin())).isEqualTo(3);
    keep(0).join();
    assertThat(http.idle(origin())).isZero();
    assertThat(http.connections()).isZero();
    soon(() -> assertThat(upstream.connected()).isZero());
    assertThat(call(http, upstream.url()).join()).isEqualTo("ok");
  }

  @Test
  void whatIsStillBeingOpenedIsLetGoToo() {
    CompletableFuture<Done> first = keep(5);
    CompletableFuture<Done> none = keep(0);
    none.join();
    first.join();
    soon(() -> assertThat(http.connections()).isZero());
    keep(2).join();
    assertThat(http.idle(origin())).isEqualTo(2);
  }

  @Test
  void anUpstreamThatIsDownIsToldAndCallsStillTry() {
    upstream.close();
    assertThat(keep(1).handle((done, failure) -> String.valueOf(failure)).join())
        .contains("upstream_unreachable");
    assertThat(http.idle(origin())).isZero();
    assertThat(call(http, upstream.url()).handle((done, e) -> String.valueOf(e)).join())
        .contains("upstream_unreachable");
  }

  @Test
  void nothingIsLeftOpenAtTheEnd() {
    keep(5).join();
    http.close();
    soon(() -> assertThat(http.connections()).isZero());
    soon(() -> assertThat(upstream.connected()).isZero());
    assertThat(keep(5)).failsWithin(LONG);
    assertThat(http.connections()).isZero();
  }

  @Test
  void theHandshakeIsDoneBeforehand(@TempDir Path folder) throws Exception {
    SSLContext tls = SelfSigned.context(folder);
    ServerSocket server =
        tls.getServerSocketFactory().createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    try (StreamingHttp trusting = StreamingHttp.start(tls);
        ScriptedUpstream secure =
            ScriptedUpstream.start(server, "https", exchange -> exchange.answer(200, "safe"))) {
      keep(trusting, secure, 2).join();
      secure.listenNoMore();
      assertThat(call(trusting, secure.url()).join()).isEqualTo("safe");
      assertThat(secure.connections()).isEqualTo(2);
      assertThat(keep(http, secure, 1)).failsWithin(LONG);
    }
  }

  private CompletableFuture<Done> keep(int count) {
    return keep(http, upstream, count);
  }

  private static CompletableFuture<Done> keep(StreamingHttp by, ScriptedUpstream of, int count) {
    return by.keep(Origin.of(URI.create(of.url())), count, LONG)
        .toCompletableFuture()
        .orTimeout(90, TimeUnit.SECONDS);
  }

  private Origin origin() {
    return Origin.of(URI.create(upstream.url()));
  }

  private CompletableFuture<String> call(StreamingHttp by, String url) {
    HttpCall call =
        HttpCall.post(
            URI.create(url + "/x"),
            Map.of(),
            "{}".getBytes(StandardCharsets.UTF_8),
            LONG,
            (status, wait, refusal) -> UpstreamError.server());
    return by.exchange(call)
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), kit.system())
        .thenApply(ByteString::utf8String)
        .toCompletableFuture()
        .orTimeout(90, TimeUnit.SECONDS);
  }

  private void soon(Runnable assertion) {
    kit.createTestProbe()
        .awaitAssert(
            LONG,
            () -> {
              assertion.run();
              return true;
            });
  }
}
