package dev.weir.cluster.conduit;

import java.util.Objects;
import java.util.function.Predicate;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A dialer's link: makes connections one after another as {@link OutboundLink} does. */
final class SimulatedLink {

  private final SimulatedWorld world;
  private final SimulatedNode dialer;
  private final String target;
  private final Sender sender;
  private @Nullable Connection current;
  private long number;
  private long dialed;

  SimulatedLink(SimulatedWorld world, SimulatedNode dialer, String target, Sender sender) {
    this.world = world;
    this.dialer = dialer;
    this.target = target;
    this.sender = sender;
  }

  Sender sender() {
    return sender;
  }

  boolean isLost() {
    return sender.isLost() || dialer.isDead();
  }

  boolean touches(SimulatedNode node) {
    return dialer == node || target.equals(node.name());
  }

  void dial() {
    if (!isLost()) {
      dialed = world.now();
      current = new Connection(++number, world.nodeNamed(target));
      current.open();
    }
  }

  /** Cuts the connection; {@code silently}: neither end is told. */
  void cut(boolean silently) {
    if (current != null) {
      current.cut(silently);
    }
  }

  void beat() {
    if (dialer.isDead()) {
      return;
    }
    sender.beat(SimulatedWorld.PATIENCE / 5, world.now());
    long silence = sender.silence(world.now());
    if (silence > SimulatedWorld.PATIENCE) {
      sender.lose(Errors.linkLost("away for too long"));
    } else if (Math.min(silence, world.now() - dialed) > SimulatedWorld.PATIENCE / 4) {
      hangUp(number);
    }
  }

  private void hangUp(long which) {
    sender.disconnected(which);
    if (which == number) {
      number++;
      world.after(world.random().nextLong(200 * SimulatedWorld.MILLI), this::dial);
    }
  }

  /** Both directions, and a socket at each end that takes its time to take a packet. */
  private final class Connection {

    private final long id;
    private final SimulatedNode acceptor;
    private final SimulatedWire there = new SimulatedWire(world, this::atAcceptor);
    private final SimulatedWire back = new SimulatedWire(world, this::atDialer);
    private @Nullable Receiver receiver;
    private boolean greeted;

    Connection(long id, SimulatedNode acceptor) {
      this.id = id;
      this.acceptor = acceptor;
    }

    void open() {
      Socket socket = new Socket(there, out -> sender.write(id, out, world.now()));
      sender.connected(id, at -> world.at(at, socket::pump), world.now());
    }

    void cut(boolean silently) {
      there.cut();
      back.cut();
      if (!silently) {
        world.after(world.latency(), () -> hangUp(id));
        world.after(world.latency(), this::acceptorNotices);
      }
    }

    private void acceptorNotices() {
      if (receiver != null) {
        receiver.disconnected(id);
      }
    }

    private void atDialer(ByteString packet) {
      if (!dialer.isDead()) {
        judged(
            () -> Packets.unpack(packet, frame -> sender.receive(id, frame, world.now())),
            () -> sender.lose(Errors.linkLost("violation")));
      }
    }

    private void atAcceptor(ByteString packet) {
      if (!acceptor.isDead()) {
        judged(() -> Packets.unpack(packet, this::onFrame), this::expel);
      }
    }

    private void expel() {
      if (receiver != null) {
        acceptor.reception().expel(receiver, Errors.linkLost("violation"));
      }
    }

    private void judged(Runnable action, Runnable verdict) {
      try {
        action.run();
      } catch (ProtocolViolation violation) {
        world.violations++;
        verdict.run();
      }
    }

    private void onFrame(Frame frame) {
      if (receiver != null) {
        receiver.receive(id, frame, world.now());
      } else if (!greeted && frame instanceof Frame.Hello hello) {
        greeted = true;
        greet(hello);
      }
    }

    private void greet(Frame.Hello hello) {
      switch (acceptor.reception().greet(hello)) {
        case Reception.Welcomed(Receiver mine) -> {
          receiver = mine;
          Socket socket = new Socket(back, out -> mine.write(id, out, world.now()));
          mine.connected(id, at -> world.at(at, socket::pump), world.now());
        }
        case Reception.Refused refused ->
            back.send(Objects.requireNonNull(new Packets().pack(Connection::writeRefusal)));
        case Reception.Late late -> {}
      }
    }

    private static boolean writeRefusal(ByteWriter out) {
      FrameCodec.write(new Frame.Refuse(), out);
      return true;
    }
  }

  /** Takes one packet at a time. */
  private final class Socket {

    private final SimulatedWire wire;
    private final Predicate<ByteWriter> source;
    private final Packets packets = new Packets();
    private long busyUntil;

    Socket(SimulatedWire wire, Predicate<ByteWriter> source) {
      this.wire = wire;
      this.source = source;
    }

    void pump() {
      if (world.now() < busyUntil) {
        world.at(busyUntil, this::pump);
        return;
      }
      ByteString packet = packets.pack(source);
      if (packet != null) {
        wire.send(packet);
        busyUntil = world.now() + world.random().nextLong(3 * SimulatedWorld.MILLI);
        world.at(busyUntil, this::pump);
      }
    }
  }
}
