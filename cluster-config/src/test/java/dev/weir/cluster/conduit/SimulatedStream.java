package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** One stream of the simulation with its producer and its reader, and what they have seen. */
final class SimulatedStream implements ProducerSignals {

  private static final WeirError FAILURE = new WeirError.ModelFailed("boom", "It broke.", true);

  private enum Reader {
    FAST,
    SLOW,
    STALLED,
    CANCELLING
  }

  private final SimulatedWorld world;
  private final SimulatedNode from;
  private final SimulatedNode to;
  private final int window;
  private final InboundStream inbound;
  private final Reader reader;
  private final boolean fails;
  private final List<ByteString> toSend = new ArrayList<>();
  private final List<ByteString> received = new ArrayList<>();
  private int sentCount;
  private long sentCost;
  private long readCost;
  private boolean ready = true;
  private @Nullable String producerEnd;
  private @Nullable String readerEnd;
  private @Nullable WeirError readerError;
  private @Nullable Sender sender;
  private @Nullable OutboundStream outbound;

  SimulatedStream(SimulatedWorld world, int index, SimulatedNode from, SimulatedNode to) {
    this.world = world;
    this.from = from;
    this.to = to;
    Random random = world.random();
    this.window = 1024 << random.nextInt(7);
    this.inbound = new InboundStream(window);
    this.reader = Reader.values()[random.nextInt(Reader.values().length)];
    this.fails = world.happens(0.2);
    int count = random.nextInt(300);
    for (int i = 0; i < count; i++) {
      toSend.add(element(random, index, i));
    }
  }

  private static ByteString element(Random random, int index, int number) {
    int kind = random.nextInt(100);
    byte[] bytes = new byte[kind < 95 ? random.nextInt(40) : random.nextInt(60_000)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i < 4 ? number : i < 8 ? index : i * 31 + number);
    }
    return ByteString.fromArray(bytes);
  }

  void start() {
    Ticket ticket = to.open(inbound, window);
    world.after(
        world.latency(),
        () -> {
          inbound.attach(() -> world.after(0, this::read));
          read();
        });
    world.after(world.latency(), () -> connect(ticket));
  }

  private void connect(Ticket ticket) {
    if (from.isDead()) {
      producerEnd = "died";
    } else {
      sender = from.senderFor(ticket);
      outbound = sender.open(ticket, this, world.now());
      produce();
    }
  }

  private void produce() {
    if (producerEnd != null || !ready || sender == null || outbound == null || from.isDead()) {
      return;
    }
    if (sentCount == toSend.size()) {
      if (fails) {
        sender.fail(outbound, FAILURE, world.now());
      } else {
        sender.complete(outbound, world.now());
      }
      return;
    }
    verifyDemand();
    ByteString next = toSend.get(sentCount++);
    sentCost += cost(next);
    ready = sender.offer(outbound, next, world.now());
    long pause = world.happens(0.5) ? 0 : world.random().nextLong(30 * SimulatedWorld.MILLI);
    world.after(pause, this::produce);
  }

  /** All that was taken fits the window, but for the one value that is being put together. */
  private void verifyDemand() {
    if (sentCount > received.size()) {
      assertThat(sentCost - readCost - cost(toSend.get(received.size())))
          .as("taken from the producer and not yet read")
          .isLessThan(window);
    }
  }

  private static long cost(ByteString element) {
    return element.size() + (long) Frame.OVERHEAD;
  }

  private void read() {
    if (readerEnd != null || to.isDead() || (isStalled() && !world.stalledMayGoOn())) {
      return;
    }
    if (reader == Reader.CANCELLING && received.size() > toSend.size() / 2) {
      readerEnd = "cancelled";
      inbound.cancel();
      return;
    }
    switch (inbound.poll()) {
      case null -> {}
      case InboundStream.Encoded encoded -> {
        received.add(encoded.bytes());
        readCost += cost(encoded.bytes());
        world.after(
            reader == Reader.SLOW ? world.random().nextLong(20 * SimulatedWorld.MILLI) : 0,
            this::read);
      }
      case InboundStream.Local local -> throw new AssertionError("not from here");
      case InboundStream.Ended ended -> readerEnd = "ended";
      case InboundStream.Failed failed -> {
        readerEnd = "failed";
        readerError = failed.error();
      }
    }
  }

  void goOn() {
    if (isStalled()) {
      read();
    }
  }

  boolean isStalled() {
    return reader == Reader.STALLED;
  }

  boolean isOver() {
    return (producerEnd != null || from.isDead()) && (readerEnd != null || to.isDead());
  }

  /** Every element that was read is the one sent at its place, and the end is the right one. */
  void verify() {
    assertThat(received)
        .as("what arrived is what was sent, from the start")
        .isEqualTo(toSend.subList(0, received.size()));
    if (!from.isDead() && !to.isDead()) {
      verifyEnd();
    } else if (readerEnd != null && readerError != null && !fails) {
      assertThat(readerError.code()).isIn("link_lost", "open_timeout");
    }
    if (!from.isDead() && to.isDead() && producerEnd != null) {
      assertThat(producerEnd).isIn("link_lost", "delivered", "cancelled");
    }
  }

  private void verifyEnd() {
    if ("cancelled".equals(readerEnd)) {
      assertThat(producerEnd).isIn("cancelled", "delivered");
    } else {
      assertThat(received).as("everything arrived").hasSize(toSend.size());
      assertThat(readerEnd).isEqualTo(fails ? "failed" : "ended");
      assertThat(readerError).isEqualTo(fails ? FAILURE : null);
      assertThat(producerEnd).isEqualTo("delivered");
    }
  }

  @Override
  public void ready() {
    ready = true;
    world.after(0, this::produce);
  }

  @Override
  public void delivered() {
    finish("delivered");
  }

  @Override
  public void cancelled() {
    finish("cancelled");
  }

  @Override
  public void failed(WeirError error) {
    finish(error.code());
  }

  private void finish(String end) {
    assertThat(producerEnd).as("told its end once").isNull();
    producerEnd = end;
  }

  @Override
  public String toString() {
    return reader
        + " "
        + producerEnd
        + "/"
        + readerEnd
        + " "
        + received.size()
        + " of "
        + sentCount
        + " of "
        + toSend.size()
        + " window "
        + window
        + " dead "
        + from.isDead()
        + to.isDead();
  }
}
