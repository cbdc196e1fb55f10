package dev.weir.cluster.conduit;

import static dev.weir.cluster.conduit.ConduitTest.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.junit.jupiter.api.Test;

/** What becomes of streams when connections, peers and manners are bad. */
class ConduitLinkTest extends ConduitFixture {

  private static final String IMPATIENT = "weir.conduit.peer-timeout = 5s";

  @Test
  void streamsSurviveCutsOfTheConnection() throws Exception {
    Conduit mine = bind("");
    try (TroublesomeProxy proxy = new TroublesomeProxy(consumers.port())) {
      proxy.trouble(12, 300_000, false);
      deliver(mine, proxy, consumers);
      assertThat(proxy.troubles()).isGreaterThanOrEqualTo(12);
    }
    await(mine.stop());
  }

  @Test
  void streamsSurviveAConnectionThatFallsSilent() throws Exception {
    Conduit mine = bind("weir.conduit.peer-timeout = 10s");
    Conduit patient = bind("weir.conduit.peer-timeout = 2m");
    try (TroublesomeProxy proxy = new TroublesomeProxy(patient.port())) {
      proxy.trouble(1, 300_000, true);
      deliver(mine, proxy, patient);
      assertThat(proxy.troubles()).isPositive();
    }
    await(mine.stop());
    await(patient.stop());
  }

  private void deliver(Conduit from, TroublesomeProxy proxy, Conduit to) throws Exception {
    List<String> sent = IntStream.range(0, 8_000).mapToObj(i -> i + "x".repeat(i % 1500)).toList();
    Conduit.Inbound<String> inbound = to.open(TEXT);
    CompletionStage<Done> done =
        Source.from(sent).runWith(from.to(proxy.inFrontOf(inbound.ticket()), TEXT), kit.system());
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    assertThat(await(received)).isEqualTo(sent);
    await(done);
  }

  @Test
  void aPeerThatStaysAwayFailsBothEnds() throws Exception {
    Conduit there = bind(IMPATIENT);
    Conduit here = bind(IMPATIENT);
    Conduit.Inbound<String> inbound = there.open(TEXT);
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(2);
    CompletionStage<Done> done;
    try (TroublesomeProxy proxy = new TroublesomeProxy(there.port())) {
      done =
          Source.single("one")
              .concat(Source.maybe())
              .runWith(here.to(proxy.inFrontOf(inbound.ticket()), TEXT), kit.system());
      reader.expectNext("one");
    }
    assertFailsWith(done, "link_lost");
    assertThat(reader.expectError()).hasMessageContaining("link_lost");
    await(here.stop());
    await(there.stop());
  }

  @Test
  void aRestartedPeerFailsTheStreamsOfItsPredecessorAndTakesNewOnes() throws Exception {
    Conduit first = bind("");
    Conduit.Inbound<String> old = first.open(TEXT);
    CompletionStage<Done> lost =
        Source.repeat("again").runWith(producers.to(old.ticket(), TEXT), kit.system());
    TestSubscriber.Probe<String> oldReader = reader(old);
    oldReader.request(1);
    oldReader.expectNext("again");
    int port = first.port();
    await(first.stop());
    Conduit second = bind("weir.conduit.port = " + port);
    assertFailsWith(lost, "link_lost");
    Conduit.Inbound<String> inbound = second.open(TEXT);
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    await(Source.single("new").runWith(producers.to(inbound.ticket(), TEXT), kit.system()));
    assertThat(await(received)).containsExactly("new");
    await(second.stop());
  }

  @Test
  void aRetiredPeersStreamsFailAndItIsRefused() throws Exception {
    Conduit there = bind("");
    Conduit here = bind("");
    Conduit.Inbound<String> inbound = there.open(TEXT);
    TestPublisher.Probe<String> producer = emitter(here, inbound);
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(2);
    producer.sendNext("one");
    reader.expectNext("one");
    there.retire(here.incarnation());
    assertThat(reader.expectError()).hasMessageContaining("link_lost");
    producer.expectCancellation();
    assertFailsWith(
        Source.single("x").runWith(here.to(there.open(TEXT).ticket(), TEXT), kit.system()),
        "link_lost");
    await(here.stop());
    await(there.stop());
  }

  @Test
  void aStrangerOnThePortHarmsNobody() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    TestPublisher.Probe<String> producer = emitter(producers, inbound);
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(2);
    producer.sendNext("before");
    reader.expectNext("before");
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), consumers.port())) {
      stranger
          .getOutputStream()
          .write("\0\0\0\u0010GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(isClosed(stranger)).isTrue();
    }
    producer.sendNext("after");
    reader.expectNext("after");
    reader.cancel();
    producer.expectCancellation();
  }

  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() == -1;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void aStoppedConduitFailsWhatItIsAskedFor() throws Exception {
    Conduit stopped = bind("");
    Conduit.Inbound<String> before = stopped.open(TEXT);
    await(stopped.stop());
    assertFailsWith(drain(before), "link_lost");
    assertFailsWith(drain(stopped.open(TEXT)), "link_lost");
    Ticket elsewhere = consumers.open(TEXT).ticket();
    assertFailsWith(
        Source.single("x").runWith(stopped.to(elsewhere, TEXT), kit.system()), "link_lost");
  }

  @Test
  void whatFlowsWithinANodeOutlivesItsConduit() throws Exception {
    Conduit stopped = bind("");
    Conduit.Inbound<String> inbound = stopped.open(TEXT);
    TestSubscriber.Probe<String> reader = reader(inbound);
    TestPublisher.Probe<String> producer = emitter(stopped, inbound);
    reader.request(2);
    producer.sendNext("before");
    reader.expectNext("before");
    await(stopped.stop());
    producer.sendNext("after");
    reader.expectNext("after");
    reader.cancel();
    producer.expectCancellation();
  }

  @Test
  void peersNeedNotAgreeOnTheLargestFrame() throws Exception {
    Conduit small = bind("weir.conduit.max-frame = 16k");
    Conduit large = bind("weir.conduit { max-frame = 1m, window = 1m }");
    String value = "x".repeat(500_000);
    assertThat(carried(large, small, value)).isEqualTo(value);
    assertThat(carried(small, large, value)).isEqualTo(value);
    await(small.stop());
    await(large.stop());
  }

  private String carried(Conduit from, Conduit to, String value) throws Exception {
    Conduit.Inbound<String> inbound = to.open(TEXT, 1 << 20, Duration.ofSeconds(20));
    CompletionStage<String> received = inbound.source().runWith(Sink.head(), kit.system());
    await(Source.single(value).runWith(from.to(inbound.ticket(), TEXT), kit.system()));
    return await(received);
  }

  @Test
  void beyondLoopbackTlsIsRequired() {
    assertThatThrownBy(() -> bind("weir.conduit.host = 10.0.0.1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.conduit.host")
        .hasMessageContaining("weir.cluster.tls");
  }
}
