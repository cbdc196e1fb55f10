package dev.weir.cluster.conduit;

import java.nio.ByteOrder;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one connection for its {@link Endpoint}: reads without pause, writes what the endpoint
 * has when the socket takes it. What piles up meanwhile goes out in one write.
 */
final class LinkStage extends GraphStage<FlowShape<ByteString, ByteString>> {

  private static final Logger LOG = LoggerFactory.getLogger(LinkStage.class);

  private final Inlet<ByteString> in = Inlet.create("Link.in");
  private final Outlet<ByteString> out = Outlet.create("Link.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Endpoint endpoint;

  private LinkStage(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /** The bytes of a connection on both sides. The peer's frames may be larger than this node's. */
  static Flow<ByteString, ByteString, NotUsed> flow(Endpoint endpoint, ConduitSettings settings) {
    return Framing.lengthField(
            Packets.HEADER, 0, ConduitSettings.LARGEST_FRAME, ByteOrder.BIG_ENDIAN)
        .initialTimeout(settings.peerTimeout())
        .via(new LinkStage(endpoint));
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {

    private final AsyncCallback<Done> wake = createAsyncCallback(done -> write());

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              read(grab(in));
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              endpoint.failed(failure);
              failStage(failure);
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              write();
            }
          });
    }

    @Override
    public void preStart() {
      endpoint.opened(() -> wake.invoke(Done.getInstance()));
      pull(in);
    }

    private void read(ByteString packet) {
      try {
        endpoint.received(packet);
      } catch (ProtocolViolation violation) {
        LOG.warn("Closing a link: {}", violation.getMessage());
        failStage(violation);
        return;
      }
      pull(in);
      write();
    }

    private void write() {
      switch (endpoint.standing()) {
        case OPEN -> writeNext();
        case DONE -> completeStage();
        case VOID -> failStage(new ProtocolViolation("Replaced or given up."));
      }
    }

    private void writeNext() {
      ByteString packet = isAvailable(out) ? endpoint.next() : null;
      if (packet != null) {
        push(out, packet);
      }
    }

    @Override
    public void postStop() {
      endpoint.closed();
    }
  }
}
