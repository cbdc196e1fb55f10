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
  private Standing whenAlone = Standing.OPEN;
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
    switch (reception.greet(hello)) {
      case Reception.Welcomed(Receiver welcomed) -> {
        receiver = welcomed;
        welcomed.connected(number, wiring.alarm(wake), wiring.now());
        LOG.debug("Link from {}:{} connected", hello.host(), hello.port());
      }
      case Reception.Refused(String why) -> {
        LOG.info("Link from {}:{} refused: {}", hello.host(), hello.port(), why);
        refusal = packets.pack(InboundLink::writeRefusal);
      }
      case Reception.Late late -> whenAlone = Standing.VOID;
    }
  }

  private static boolean writeRefusal(ByteWriter out) {
    FrameCodec.write(new Frame.Refuse(), out);
    return true;
  }

  @Override
  public @Nullable ByteString next() {
    Receiver current = receiver;
    if (current != null) {
      return packets.pack(out -> current.write(number, out, wiring.now()));
    }
    ByteString last = refusal;
    if (last != null) {
      refusal = null;
      whenAlone = Standing.DONE;
    }
    return last;
  }

  @Override
  public Standing standing() {
    if (receiver == null) {
      return whenAlone;
    }
    return receiver.isCurrent(number) ? Standing.OPEN : Standing.VOID;
  }

  @Override
  public void failed(Throwable cause) {
    LOG.debug("A link's connection broke: {}", cause.toString());
  }

  @Override
  public void closed() {
    if (receiver != null) {
      receiver.disconnected(number);
    }
  }
}
