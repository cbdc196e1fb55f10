package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one peer: dials, dials again with growing pauses when the connection breaks, and
 * gives up when the peer was not heard of for the peer timeout.
 *
 * <p>Thread safe.
 */
final class OutboundLink {

  private static final Logger LOG = LoggerFactory.getLogger(OutboundLink.class);
  private static final long FIRST_PAUSE = 20_000_000L;
  private static final long LONGEST_PAUSE = 1_000_000_000L;

  private final Wiring wiring;
  private final String host;
  private final int port;
  private final Sender sender;
  private final long patience;
  private volatile long dialed;
  private volatile long pause = FIRST_PAUSE;
  private long connections;

  OutboundLink(Wiring wiring, String host, int port, Frame.Hello hello) {
    this.wiring = wiring;
    this.host = host;
    this.port = port;
    this.patience = wiring.settings().peerTimeout().toNanos();
    this.sender = new Sender(hello, wiring.flushClock(), wiring.maxPacket(), wiring.now());
  }

  <T> Outlet<T> open(Ticket ticket, Codec<T> codec, ProducerSignals signals) {
    OutboundStream stream = sender.open(ticket, signals, wiring.now());
    return new RemoteOutlet<>(wiring, sender, stream, codec);
  }

  void dial() {
    if (!sender.isLost()) {
      dialed = wiring.now();
      Connection connection = new Connection(nextNumber());
      wiring
          .transport()
          .dial(host, port)
          .join(LinkStage.flow(connection, wiring.settings()))
          .run(wiring.materializer());
    }
  }

  private synchronized long nextNumber() {
    return ++connections;
  }

  /** Keeps the link alive, or finds it dead; false: it is lost. */
  boolean beat(long now) {
    sender.beat(patience / 5, now);
    long silence = sender.silence(now);
    if (silence > patience) {
      LOG.warn("Giving up {}:{}, away for {} ms", host, port, silence / 1_000_000);
      sender.lose(Errors.linkLost(host + ":" + port + " was away for too long."));
    } else if (Math.min(silence, now - dialed) > patience / 2) {
      hangUp();
    }
    return !sender.isLost();
  }

  private synchronized void hangUp() {
    sender.disconnected(connections);
  }

  void lose(WeirError error) {
    sender.lose(error);
  }

  boolean isLost() {
    return sender.isLost();
  }

  private void redial() {
    if (!sender.isLost()) {
      long wait = pause;
      pause = Math.min(wait * 2, LONGEST_PAUSE);
      LOG.debug("Dialing {}:{} again in {} ms", host, port, wait / 1_000_000);
      wiring.after(wait, this::dial);
    }
  }

  /** One of the connections the link has had. */
  private final class Connection implements Endpoint {

    private final long number;
    private final Packets packets = new Packets();

    Connection(long number) {
      this.number = number;
    }

    @Override
    public void opened(Runnable wake) {
      sender.connected(number, wiring.alarm(wake), wiring.now());
    }

    @Override
    public void received(ByteString packet) {
      pause = FIRST_PAUSE;
      try {
        Packets.unpack(packet, frame -> sender.receive(number, frame, wiring.now()));
      } catch (ProtocolViolation violation) {
        sender.lose(Errors.linkLost("the peer broke the protocol."));
        throw violation;
      }
    }

    @Override
    public @Nullable ByteString next() {
      return packets.pack(out -> sender.write(number, out, wiring.now()));
    }

    @Override
    public Standing standing() {
      return sender.isCurrent(number) ? Standing.OPEN : Standing.VOID;
    }

    @Override
    public void failed(Throwable cause) {
      if (pause == FIRST_PAUSE) {
        LOG.info("No connection to {}:{}: {}", host, port, cause.toString());
      }
    }

    @Override
    public void closed() {
      sender.disconnected(number);
      redial();
    }
  }
}
