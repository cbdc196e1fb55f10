package dev.weir.inference.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.node.FreePorts;
import dev.weir.inference.provider.UpstreamError;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamingHttpTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String OK = "ok";

  private ActorTestKit kit;
  private StreamingHttp http;

  @BeforeAll
  void start() throws Exception {
    kit = ActorTestKit.create();
    http = StreamingHttp.start(SSLContext.getDefault());
  }

  @AfterAll
  void stop() {
    http.close();
    kit.shutdownTestKit();
  }

  @Test
  void sendsABodyOfAnySize() {
    String body = "y".repeat(3_000_000);
    try (ScriptedUpstream upstream = ScriptedUpstream.start(exchange -> exchange.answer(200, OK))) {
      assertThat(post(http, upstream.url(), body)).isEqualTo(OK);
      assertThat(upstream.requests().getFirst().body()).isEqualTo(body);
    }
  }

  @Test
  void manyExchangesAtOnceEachHaveAConnection() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(exchange -> exchange.answer(200, exchange.request().body()))) {
      List<CompletableFuture<String>> answers =
          IntStream.range(0, 200)
              .mapToObj(i -> start(http, upstream.url(), "n" + i, LONG))
              .toList();
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).join()).isEqualTo("n" + i);
      }
      assertThat(upstream.connections()).isBetween(1, 200);
    }
  }

  @Test
  void anIdleConnectionThatTheUpstreamClosesIsReplaced() throws Exception {
    try (StreamingHttp timeless = StreamingHttp.start(SSLContext.getDefault(), () -> 0);
        ScriptedUpstream upstream =
            ScriptedUpstream.start(
                exchange -> {
                  exchange.answer(200, OK);
                  exchange.drop();
                })) {
      for (int i = 0; i < 50; i++) {
        assertThat(post(timeless, upstream.url(), "")).isEqualTo(OK);
      }
      assertThat(upstream.connections()).isEqualTo(50);
    }
  }

  @Test
  void whatTheUpstreamMayHaveBegunIsNotSentAgain() throws Exception {
    AtomicLong now = new AtomicLong();
    try (StreamingHttp timed =
            StreamingHttp.start(SSLContext.getDefault(), now::get, new Random(1));
        ScriptedUpstream upstream =
            ScriptedUpstream.start(
                exchange -> {
                  if (exchange.request().body().isEmpty()) {
                    exchange.answer(200, OK);
                  } else {
                    now.addAndGet(2_000_000_000L);
                    exchange.drop();
                  }
                })) {
      assertThat(post(timed, upstream.url(), "")).isEqualTo(OK);
      assertFails(start(timed, upstream.url(), "a long prefill", LONG), "upstream_closed");
      assertThat(upstream.requests()).hasSize(2);
      assertThat(upstream.connections()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatIsNewIsNotReplaced() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(ScriptedUpstream.Exchange::drop)) {
      assertFails(start(http, upstream.url(), "", LONG), "upstream_closed");
      assertThat(upstream.requests()).hasSize(1);
    }
  }

  @Test
  void nobodyAtThePortIsUnreachable() {
    assertFails(
        start(http, "http://127.0.0.1:" + FreePorts.one(), "", LONG), "upstream_unreachable");
  }

  @Test
  void aNameNobodyKnowsIsUnreachable() {
    assertFails(start(http, "http://nobody.invalid", "", LONG), "upstream_unreachable");
  }

  @Test
  void aHandshakeWithoutAnAnswerIsAConnectTimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertFails(
          start(http, "https://127.0.0.1:" + silent.getLocalPort(), "", Duration.ofMillis(50)),
          "upstream_connect_timeout");
    }
  }

  @Test
  void afterTheEndNothingIsReachableAndNothingHangs() throws Exception {
    StreamingHttp ended = StreamingHttp.start(SSLContext.getDefault());
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(ScriptedUpstream.Exchange::awaitClosed)) {
      CompletableFuture<String> running = start(ended, upstream.url(), "", LONG);
      kit.createTestProbe().awaitAssert(LONG, () -> atLeastOne(upstream.playing()));
      ended.close();
      assertFails(running, "upstream_closed");
      assertFails(start(ended, upstream.url(), "", LONG), "upstream_unreachable");
    }
  }

  private static int atLeastOne(int count) {
    assertThat(count).isPositive();
    return count;
  }

  @Test
  void speaksTlsAndKeepsTheConnection(@TempDir Path folder) throws Exception {
    SSLContext tls = SelfSigned.context(folder);
    String long1 = "z".repeat(400_000);
    ServerSocket server =
        tls.getServerSocketFactory().createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    try (StreamingHttp trusting = StreamingHttp.start(tls);
        ScriptedUpstream upstream =
            ScriptedUpstream.start(
                server,
                "https",
                exchange -> exchange.events().chunk(exchange.request().body()).end())) {
      for (int i = 0; i < 5; i++) {
        assertThat(post(trusting, upstream.url(), long1 + i)).isEqualTo(long1 + i);
      }
      assertThat(upstream.connections()).isLessThanOrEqualTo(2);
      assertFails(start(http, upstream.url(), "", LONG), "upstream_unreachable");
    }
  }

  /** TLS 1.2: who has heard that the other side closes may not write any more. */
  @Test
  void writingAfterTheUpstreamHasClosedTlsEnds(@TempDir Path folder) throws Exception {
    SSLContext tls = SelfSigned.context(folder);
    try (SSLServerSocket server =
            (SSLServerSocket)
                tls.getServerSocketFactory()
                    .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
      server.setEnabledProtocols(new String[] {"TLSv1.2"});
      Thread.ofPlatform().daemon().start(() -> closesAtOnce(server));
      TlsWire wire =
          new TlsWire(channel, tls, new HttpCall.Origin(true, "127.0.0.1", server.getLocalPort()));
      wire.write(ByteBuffer.allocate(0));
      assertThat(wire.settled()).isTrue();
      assertThat(wire.read(ByteBuffer.allocate(100))).isEqualTo(-1);
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () ->
              assertThatThrownBy(() -> wire.write(ByteBuffer.allocate(9)))
                  .isInstanceOf(EOFException.class));
    }
  }

  private static void closesAtOnce(SSLServerSocket server) {
    try {
      SSLSocket socket = (SSLSocket) server.accept();
      socket.startHandshake();
      socket.shutdownOutput();
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException closed) {
      throw new UncheckedIOException(closed);
    }
  }

  private String post(StreamingHttp client, String url, String body) {
    return start(client, url, body, LONG).join();
  }

  private CompletableFuture<String> start(
      StreamingHttp client, String url, String body, Duration connectTimeout) {
    HttpCall call =
        HttpCall.post(
            URI.create(url + "/x"),
            Map.of(),
            body.getBytes(StandardCharsets.UTF_8),
            connectTimeout,
            (status, wait, refusal) -> UpstreamError.server());
    return client
        .exchange(call)
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), kit.system())
        .thenApply(ByteString::utf8String)
        .toCompletableFuture()
        .orTimeout(90, TimeUnit.SECONDS);
  }

  private static void assertFails(CompletableFuture<String> answer, String code) {
    assertThatThrownBy(answer::join)
        .isInstanceOfSatisfying(
            CompletionException.class, e -> assertThat(WeirError.of(e).code()).isEqualTo(code));
  }
}
