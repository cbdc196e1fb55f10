package dev.weir.gateway.socket;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * One socket: messages in, events out, one turn at a time, as {@link SocketLogic} has it.
 *
 * @see Sockets
 */
final class SocketStage extends GraphStage<FlowShape<ClientMessage, ByteString>> {

  private final Inlet<ClientMessage> in = Inlet.create("Socket.in");
  private final Outlet<ByteString> out = Outlet.create("Socket.out");
  private final FlowShape<ClientMessage, ByteString> shape = FlowShape.of(in, out);

  private final TurnRunner runner;
  private final Sockets.Limits limits;
  private final Memory memory;
  private final OpenSockets open;
  private final AtomicReference<Close> close;

  SocketStage(
      TurnRunner runner,
      Sockets.Limits limits,
      Memory memory,
      OpenSockets open,
      AtomicReference<Close> close) {
    this.runner = runner;
    this.limits = limits;
    this.memory = memory;
    this.open = open;
    this.close = close;
  }

  @Override
  public FlowShape<ClientMessage, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new SocketLogic(shape, runner, limits, memory, open, close);
  }
}
