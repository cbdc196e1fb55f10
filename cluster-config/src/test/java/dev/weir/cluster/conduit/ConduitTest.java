package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.testkit.TestPublisher;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class ConduitTest extends ConduitFixture {

  @Test
  void elementsArriveOnceAndInOrderAndThenTheEnd() throws Exception {
    List<String> sent = IntStream.range(0, 20_000).mapToObj(i -> "element " + i).toList();
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    CompletionStage<Done> done = produce(Source.from(sent), inbound.ticket());
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    assertThat(await(received)).isEqualTo(sent);
    assertThat(await(done)).isEqualTo(Done.getInstance());
  }

  @Test
  void fiftyMegabytesArriveUnchanged() throws Exception {
    Random random = new Random(5);
    List<ByteString> sent = new ArrayList<>();
    for (int left = 50 << 20; left > 0; left -= sent.getLast().size()) {
      byte[] bytes = new byte[Math.min(left, 1 + random.nextInt(1 << random.nextInt(23)))];
      random.nextBytes(bytes);
      sent.add(ByteString.fromArrayUnsafe(bytes));
    }
    Conduit.Inbound<ByteString> inbound = consumers.open(Codec.BYTES);
    CompletionStage<CRC32C> checksum =
        inbound.source().runFold(new CRC32C(), ConduitTest::update, kit.system());
    await(Source.from(sent).runWith(producers.to(inbound.ticket(), Codec.BYTES), kit.system()));
    CRC32C expected = sent.stream().reduce(new CRC32C(), ConduitTest::update, (a, b) -> a);
    assertThat(await(checksum).getValue()).isEqualTo(expected.getValue());
  }

  private static CRC32C update(CRC32C checksum, ByteString bytes) {
    checksum.update(bytes.toArrayUnsafe());
    return checksum;
  }

  @Test
  void stopsPullingWhileTheReaderStalls() throws Exception {
    int window = 16 * 1024;
    int size = 1000;
    AtomicLong pulled = new AtomicLong();
    Conduit.Inbound<ByteString> inbound =
        consumers.open(Codec.BYTES, window, Duration.ofSeconds(30));
    CompletionStage<Done> done =
        Source.repeat(ByteString.fromArray(new byte[size]))
            .take(1000)
            .wireTap(element -> pulled.addAndGet(size))
            .runWith(producers.to(inbound.ticket(), Codec.BYTES), kit.system());
    TestSubscriber.Probe<ByteString> reader = reader(inbound);
    reader.request(1);
    reader.expectNext();
    elementsArriveOnceAndInOrderAndThenTheEnd();
    assertThat(pulled.get()).isBetween((long) window / 2, window + 2L * size);
    reader.request(2000);
    reader.expectNextN(999);
    reader.expectComplete();
    await(done);
    assertThat(pulled.get()).isEqualTo(1000L * size);
  }

  @Test
  void cancellingTheReaderCancelsTheProducer() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    Pair<CompletionStage<Done>, CompletionStage<Done>> producer =
        Source.repeat("again")
            .watchTermination(Keep.right())
            .toMat(producers.to(inbound.ticket(), TEXT), Keep.both())
            .run(kit.system());
    await(inbound.source().take(1000).runWith(Sink.ignore(), kit.system()));
    await(producer.first());
    await(producer.second());
  }

  @Test
  void aSilentProducerIsCancelledToo() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    TestPublisher.Probe<String> producer = emitter(producers, inbound);
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(1);
    producer.sendNext("one");
    reader.expectNext("one");
    reader.cancel();
    producer.expectCancellation();
  }

  @Test
  void aFailureFollowsTheElementsBeforeIt() {
    WeirError error = new WeirError.ModelFailed("upstream_error", "It broke.", true);
    Source<String, NotUsed> failing =
        Source.from(List.of("one", "two", "three"))
            .map(
                element -> {
                  if (element.equals("three")) {
                    throw error.asException();
                  }
                  return element;
                });
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    CompletionStage<Done> done = produce(failing, inbound.ticket());
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(3);
    reader.expectNext("one", "two");
    assertThat(reader.expectError())
        .isInstanceOfSatisfying(WeirException.class, e -> assertThat(e.error()).isEqualTo(error));
    assertFailsWith(done, "upstream_error");
  }

  @Test
  void onOneNodeElementsPassAsTheyAre() throws Exception {
    String element = new String("the very same");
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    CompletionStage<Done> done =
        Source.single(element).runWith(consumers.to(inbound.ticket(), TEXT), kit.system());
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    assertThat(await(received)).singleElement().isSameAs(element);
    await(done);
  }

  @Test
  void onOneNodeTheReaderIsWaitedForToo() throws Exception {
    AtomicLong pulled = new AtomicLong();
    Conduit.Inbound<String> inbound = consumers.open(TEXT, 1024, Duration.ofSeconds(30));
    CompletionStage<Done> done =
        Source.repeat("x".repeat(100))
            .take(1000)
            .wireTap(element -> pulled.incrementAndGet())
            .runWith(consumers.to(inbound.ticket(), TEXT), kit.system());
    TestSubscriber.Probe<String> reader = reader(inbound);
    reader.request(1);
    reader.expectNext();
    elementsArriveOnceAndInOrderAndThenTheEnd();
    assertThat(pulled.get()).isLessThanOrEqualTo(1024 / 116 + 2);
    reader.request(1000);
    reader.expectNextN(999);
    reader.expectComplete();
    await(done);
  }

  @Test
  void onOneNodeFailureAndCancelPassToo() throws Exception {
    WeirError error = new WeirError.Conflict("busy", "Busy.");
    Conduit.Inbound<String> failing = consumers.open(TEXT);
    Source.<String>failed(error.asException())
        .runWith(consumers.to(failing.ticket(), TEXT), kit.system());
    assertFailsWith(drain(failing), "busy");
    Conduit.Inbound<String> cancelled = consumers.open(TEXT);
    CompletionStage<Done> producer =
        Source.repeat("x").runWith(consumers.to(cancelled.ticket(), TEXT), kit.system());
    await(cancelled.source().take(10).runWith(Sink.ignore(), kit.system()));
    await(producer);
  }

  @Test
  void aTicketIsGoodForOneProducer() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    TestPublisher.Probe<String> first = emitter(producers, inbound);
    CompletionStage<List<String>> received = inbound.source().runWith(Sink.seq(), kit.system());
    first.sendNext("first");
    assertFailsWith(produce(Source.single("second"), inbound.ticket()), "ticket_unknown");
    first.sendComplete();
    assertThat(await(received)).containsExactly("first");
  }

  @Test
  void aStreamNobodyFeedsFails() {
    Conduit.Inbound<String> inbound = consumers.open(TEXT, 1024, Duration.ofMillis(1));
    assertFailsWith(drain(inbound), "open_timeout");
  }

  @Test
  void aStreamNobodyReadsCancelsItsProducer() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT, 1024, Duration.ofSeconds(4));
    await(
        produce(
            Source.<String>maybe().mapMaterializedValue(x -> NotUsed.getInstance()),
            inbound.ticket()));
  }

  @Test
  void anElementTheCodecRefusesFailsTheStreamOnBothSides() throws Exception {
    Conduit.Inbound<String> inbound = consumers.open(TEXT);
    CompletionStage<Done> done = drain(inbound);
    CompletionStage<Done> producer =
        Source.repeat(ByteString.fromString("\u007f not a text"))
            .runWith(producers.to(inbound.ticket(), Codec.BYTES), kit.system());
    assertFailsWith(done, "undecodable");
    await(producer);
  }

  @Test
  void aThousandStalledStreamsDoNotHoldUpAnother() throws Exception {
    AtomicLong pulled = new AtomicLong();
    List<TestSubscriber.Probe<ByteString>> stalled = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Conduit.Inbound<ByteString> inbound =
          consumers.open(Codec.BYTES, 1024, Duration.ofSeconds(30));
      Source.repeat(ByteString.fromArray(new byte[100]))
          .wireTap(element -> pulled.incrementAndGet())
          .runWith(producers.to(inbound.ticket(), Codec.BYTES), kit.system());
      stalled.add(reader(inbound));
    }
    for (TestSubscriber.Probe<ByteString> reader : stalled) {
      reader.request(1);
      reader.expectNext();
    }
    elementsArriveOnceAndInOrderAndThenTheEnd();
    assertThat(pulled.get()).isLessThanOrEqualTo(1000 * (1024 / 116 + 2));
    stalled.forEach(TestSubscriber.Probe::cancel);
  }

  private CompletionStage<Done> produce(Source<String, NotUsed> source, Ticket ticket) {
    return source.runWith(producers.to(ticket, TEXT), kit.system());
  }

  static void assertFailsWith(CompletionStage<?> stage, String code) {
    assertThatThrownBy(() -> stage.toCompletableFuture().get(60, TimeUnit.SECONDS))
        .satisfies(failure -> assertThat(WeirError.of(failure).code()).isEqualTo(code));
  }
}
