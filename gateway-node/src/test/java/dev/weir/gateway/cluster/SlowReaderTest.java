package dev.weir.gateway.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.node.Await;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that does not read stops an upstream three processes away, and then gets everything. */
@Tag("acceptance")
class SlowReaderTest {

  private static final int KIB = 1024;
  private static final int OFFERED = 50 * KIB * KIB;
  private static final String PIECE = "0123456789abcdef".repeat(512);
  private static final Duration SILENCE = Duration.ofSeconds(50);

  /** What Linux keeps for a socket buffer of 64 KiB: it doubles what it is asked for. */
  private static final int SOCKET = 2 * 64 * KIB;

  /** What streams of elements have in hand at each of the two hops. */
  private static final long IN_HAND = 16L * PIECE.length();

  /**
   * What the upstream can write at most while nobody reads: two buffers of its own connection; a
   * credit window and what the step has gathered; the readers' lag and the page on its way; a
   * credit window again; two buffers of the client's connection; and what streams have in hand.
   */
  private static final long BOUND =
      2 * SOCKET + (64 + 16) * KIB + (64 + 16) * KIB + 64 * KIB + 2 * SOCKET + 2 * IN_HAND;

  private static final String SETTINGS =
      """
      weir.deployments.scripted {
        provider = openai, base-url = "%s/v1", max-output = 100000000, context-window = 200000000
      }
      weir.models.scripted { deployments = [scripted] }
      """;

  @TempDir private Path data;

  @Test
  void fiftyMegabytesWaitForTheirReader() throws IOException {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(SlowReaderTest::play);
        TestCluster cluster =
            TestCluster.start(
                data, SETTINGS.formatted(upstream.url()), "gateway", "orchestrator", "inference");
        Socket client = ask(cluster.node(0).url())) {
      DeltaDigest seen =
          new DeltaDigest(new BufferedInputStream(client.getInputStream(), 16 * KIB));
      while (seen.deltas() == 0) {
        assertThat(seen.readLine()).isTrue();
      }
      long stopped = Await.settled("the upstream to be stopped", 40, upstream::written);
      System.out.printf("The upstream wrote %d bytes of at most %d.%n", stopped, BOUND);
      assertThat(stopped).isLessThanOrEqualTo(BOUND);
      for (long until = System.nanoTime() + SILENCE.toNanos(); System.nanoTime() < until; ) {
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        assertThat(upstream.written()).isEqualTo(stopped);
      }
      while (!seen.last().equals("response.completed") && seen.readLine()) {
        // Everything passes through the digest.
      }
      assertThat(seen.last()).isEqualTo("response.completed");
      assertThat(seen.length()).isEqualTo(OFFERED);
      assertThat(seen.hex()).isEqualTo(offered());
    }
  }

  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    exchange.events();
    UpstreamChat.flood(exchange, PIECE, OFFERED);
  }

  private static String offered() {
    MessageDigest digest = DeltaDigest.sha256();
    for (int sent = 0; sent < OFFERED; sent += PIECE.length()) {
      digest.update(PIECE.getBytes(UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A socket of which the size of the buffer is known, and its request. */
  private static Socket ask(URI gateway) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 * KIB);
    socket.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()));
    String body = "{\"model\":\"scripted\",\"input\":\"Tell me.\",\"stream\":true,\"store\":false}";
    String head =
        "POST /v1/responses HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(gateway.getHost(), gateway.getPort(), body.length());
    socket.getOutputStream().write((head + body).getBytes(UTF_8));
    return socket;
  }
}
