package dev.weir.cluster.conduit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * One direction of one simulated connection: bytes arrive late, in chunks of any size, in order;
 * after a cut only some of those in flight arrive at all. Now and then a whole packet arrives
 * twice.
 */
final class SimulatedWire {

  private final SimulatedWorld world;
  private final Consumer<ByteString> receiver;
  private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
  private final List<ByteString> packets = new ArrayList<>();
  private long lastArrival;
  private long sent;
  private long delivered;
  private long end = Long.MAX_VALUE;

  SimulatedWire(SimulatedWorld world, Consumer<ByteString> receiver) {
    this.world = world;
    this.receiver = receiver;
  }

  void send(ByteString packet) {
    sent += packet.size();
    byte[] bytes = packet.toArray();
    for (int from = 0; from < bytes.length; ) {
      int length = 1 + world.random().nextInt(bytes.length - from);
      byte[] chunk = Arrays.copyOfRange(bytes, from, from + length);
      lastArrival = Math.max(lastArrival, world.now() + world.latency());
      world.at(lastArrival, () -> deliver(chunk));
      from += length;
    }
  }

  /** Loses a random rest of what is in flight, and everything after it. */
  void cut() {
    end = Math.min(end, delivered + (long) (world.random().nextDouble() * (sent - delivered)));
  }

  private void deliver(byte[] chunk) {
    int length = (int) Math.min(chunk.length, Math.max(0, end - delivered));
    delivered += chunk.length;
    arrived.write(chunk, 0, length);
    unpack();
  }

  private void unpack() {
    byte[] bytes = arrived.toByteArray();
    ByteBuffer all = ByteBuffer.wrap(bytes);
    arrived.reset();
    while (all.remaining() >= 4 && all.remaining() >= 4 + all.getInt(all.position())) {
      byte[] packet = new byte[4 + all.getInt(all.position())];
      all.get(packet);
      receive(ByteString.fromArray(packet));
    }
    arrived.write(bytes, all.position(), all.remaining());
  }

  private void receive(ByteString packet) {
    receiver.accept(packet);
    packets.add(packet);
    if (packets.size() > 1 && world.happens(0.05)) {
      ByteString old = packets.get(1 + world.random().nextInt(packets.size() - 1));
      world.at(world.now() + world.latency(), () -> receiver.accept(old));
    }
    if (packets.size() > 30) {
      packets.remove(1);
    }
  }
}
