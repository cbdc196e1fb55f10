package dev.weir.cluster.conduit;

import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An accepted connection: finds its receiver by the dialer's first word. Used by one stage. */
final class InboundLink implements Endpoint {

  private static final Logger LOG = LoggerFactory.getLogger(InboundLink.class);

  private final Wiring wiring;
  private final Reception reception;
  private final Packets packets = new Packets();
  private Runnable wake = () -> {};
  private @Nullable Receiver receiver;
  private @Nullable ByteString refusal;
  private boolean refused;
  private long number;

  InboundLink(Wiring wiring, Reception reception) {
    this.wiring = wiring;
    this.reception = reception;
  }

  @Override
  public void opened(Runnable wakeStage) {
    wake = wakeStage;
  }

  @Override
  public void received(ByteString packet) {
    try {
      Packets.unpack(packet, this::onFrame);
    } catch (ProtocolViolation violation) {
      if (receiver != null) {
        reception.expel(receiver, Errors.linkLost("the peer broke the protocol."));
      }
      throw violation;
    }
  }

  private void onFrame(Frame frame) {
    if (receiver != null) {
      receiver.receive(number, frame, wiring.now());
    } else if (frame instanceof Frame.Hello hello) {
      greet(hello);
    } else {
      throw new ProtocolViolation("A link begins with Hello.");
    }
  }

  private void greet(Frame.Hello hello) {
    number = hello.connection();
    receiver = reception.greet(hello);
    if (receiver != null) {
      receiver.connected(number, wiring.alarm(wake), wiring.now());
      LOG.debug("Link from {}:{} connected", hello.host(), hello.port());
    } else {
      refusal = packets.pack(this::writeRefusal);
      refused = true;
      wake.run();
    }
  }

  /** Tells the dialer whom it has reached, so that it knows whether to dial again. */
  private boolean writeRefusal(ByteWriter out) {
    FrameCodec.write(new Frame.Welcome(wiring.incarnation()), out);
    return true;
  }

  @Override
  public @Nullable ByteString next() {
    if (receiver != null) {
      Receiver current = receiver;
      return packets.pack(out -> current.write(number, out, wiring.now()));
    }
    ByteString last = refusal;
    refusal = null;
    return last;
  }

  @Override
  public boolean isCurrent() {
    return receiver == null ? !refused || refusal != null : receiver.isCurrent(number);
  }

  @Override
  public void closed() {
    if (receiver != null) {
      receiver.disconnected(number);
    }
  }
}
