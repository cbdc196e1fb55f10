package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** What each end says and takes, frame by frame; the simulation has the rest. */
class LinkProtocolTest {

  private static final int WINDOW = 1024;
  private static final Ticket TICKET = new Ticket("b", 1, 2, 77, WINDOW);

  private final List<String> signals = new ArrayList<>();
  private final Sender sender =
      new Sender(new Frame.Hello(1, 1, "a", 1, 2, 1, 0), new FlushClock(0), 16_384, 0);
  private final InboundStream inbound = new InboundStream(WINDOW);
  private final Receiver receiver =
      new Receiver(
          (target, producer) -> target == 77 && inbound.claim(producer) ? inbound : null,
          new FlushClock(0),
          16_384,
          () -> 0);

  @Test
  void aStreamOpensAndSendsInItsFirstPacketAfterTheGreeting() {
    OutboundStream stream = open();
    sender.offer(stream, bytes(10), 0);
    sender.connected(1, at -> {}, 0);
    assertThat(said()).containsExactly(new Frame.Hello(1, 1, "a", 1, 2, 1, 1));
    toSender(1, new Frame.Welcome(), new Frame.Ready());
    assertThat(said())
        .containsExactly(new Frame.Open(0, 77), new Frame.Data(0, 0, true, bytes(10)));
  }

  @Test
  void afterAReconnectOnlyWhatHasNotArrivedIsSentAgain() {
    OutboundStream stream = live();
    sender.offer(stream, bytes(1), 0);
    sender.offer(stream, bytes(2), 0);
    sender.complete(stream, 0);
    assertThat(said()).hasSize(4);
    sender.connected(2, at -> {}, 0);
    toSender(2, new Frame.Welcome(), new Frame.Credit(0, 1, WINDOW), new Frame.Ready());
    assertThat(said())
        .containsExactly(
            new Frame.Hello(1, 1, "a", 1, 2, 1, 2),
            new Frame.Data(0, 1, true, bytes(2)),
            new Frame.End(0, 2));
    toSender(2, new Frame.Credit(0, 3, WINDOW));
    assertThat(signals).containsExactly("delivered");
    assertThat(said()).containsExactly(new Frame.Forget(0));
  }

  @Test
  void aStreamThatTheAcceptorHasLostFails() {
    live();
    toSender(1, new Frame.Credit(0, 0, WINDOW));
    sender.connected(2, at -> {}, 0);
    toSender(2, new Frame.Welcome(), new Frame.Ready());
    assertThat(signals).containsExactly("link_lost");
  }

  @Test
  void refusalLosesEveryStreamNowAndLater() {
    open();
    sender.connected(1, at -> {}, 0);
    toSender(1, new Frame.Refuse());
    open();
    assertThat(signals).containsExactly("link_lost", "link_lost");
  }

  @Test
  void whatAStaleConnectionSaysDoesNotCount() {
    live();
    sender.connected(2, at -> {}, 0);
    toSender(1, new Frame.Cancel(0));
    assertThat(signals).isEmpty();
    assertThat(sender.isCurrent(1)).isFalse();
  }

  @Test
  void aConnectionThatIsOvertakenDoesNotTakeOver() {
    receiver.connected(2, at -> {}, 0);
    receiver.connected(1, at -> {}, 0);
    assertThat(receiver.isCurrent(1)).isFalse();
    assertThat(receiver.isCurrent(2)).isTrue();
    assertThat(heard(2)).containsExactly(new Frame.Welcome(), new Frame.Ready());
  }

  @Test
  void theDialerRefusesWhatTheAcceptorMayNotSay() {
    live();
    for (Frame wrong :
        List.of(
            new Frame.Credit(0, 5, WINDOW),
            new Frame.Cancel(9),
            new Frame.Open(1, 1),
            new Frame.Data(0, 0, true, bytes(1)))) {
      assertThatThrownBy(() -> toSender(1, wrong)).isInstanceOf(ProtocolViolation.class);
    }
  }

  @Test
  void theAcceptorRefusesMoreThanItsCredit() {
    receiver.connected(1, at -> {}, 0);
    toReceiver(new Frame.Open(0, 77), new Frame.Data(0, 0, true, bytes(WINDOW - Frame.OVERHEAD)));
    assertThatThrownBy(() -> toReceiver(new Frame.Data(0, 1, true, bytes(0))))
        .isInstanceOf(ProtocolViolation.class);
  }

  @Test
  void theAcceptorRefusesGapsAndWhatFollowsTheEnd() {
    receiver.connected(1, at -> {}, 0);
    toReceiver(new Frame.Open(0, 77));
    assertThatThrownBy(() -> toReceiver(new Frame.Data(0, 1, true, bytes(1))))
        .isInstanceOf(ProtocolViolation.class);
    toReceiver(new Frame.End(0, 0));
    assertThatThrownBy(() -> toReceiver(new Frame.Data(0, 1, true, bytes(1))))
        .isInstanceOf(ProtocolViolation.class);
    assertThatThrownBy(() -> toReceiver(new Frame.Ready())).isInstanceOf(ProtocolViolation.class);
  }

  @Test
  void theAcceptorRemembersEndedStreamsUntilTheyAreForgotten() {
    receiver.connected(1, at -> {}, 0);
    toReceiver(new Frame.Open(0, 77), new Frame.Open(1, 78), new Frame.End(0, 0));
    receiver.connected(2, at -> {}, 0);
    assertThat(heard(2))
        .containsExactly(
            new Frame.Welcome(),
            new Frame.Credit(0, 1, WINDOW),
            new Frame.Reject(1),
            new Frame.Ready());
    receiver.receive(2, new Frame.Forget(0), 0);
    receiver.receive(2, new Frame.Forget(1), 0);
    receiver.connected(3, at -> {}, 0);
    assertThat(heard(3)).containsExactly(new Frame.Welcome(), new Frame.Ready());
  }

  @Test
  void whatHasArrivedIsAcknowledgedInTime() {
    receiver.connected(1, at -> {}, 0);
    toReceiver(new Frame.Open(0, 77), new Frame.Data(0, 0, true, bytes(1)));
    heard(1);
    receiver.acknowledge();
    assertThat(heard(1)).containsExactly(new Frame.Credit(0, 1, WINDOW));
    receiver.acknowledge();
    assertThat(heard(1)).isEmpty();
  }

  private OutboundStream live() {
    OutboundStream stream = open();
    sender.connected(1, at -> {}, 0);
    said();
    toSender(1, new Frame.Welcome(), new Frame.Ready());
    return stream;
  }

  private OutboundStream open() {
    return sender.open(
        TICKET,
        new ProducerSignals() {
          @Override
          public void ready() {
            signals.add("ready");
          }

          @Override
          public void delivered() {
            signals.add("delivered");
          }

          @Override
          public void cancelled() {
            signals.add("cancelled");
          }

          @Override
          public void failed(WeirError error) {
            signals.add(error.code());
          }
        },
        0);
  }

  private void toSender(long connection, Frame... frames) {
    for (Frame frame : frames) {
      sender.receive(connection, frame, 0);
    }
  }

  private void toReceiver(Frame... frames) {
    for (Frame frame : frames) {
      receiver.receive(1, frame, 0);
    }
  }

  private List<Frame> said() {
    return written(out -> sender.write(1, out, 0) || sender.write(2, out, 0));
  }

  private List<Frame> heard(long connection) {
    return written(out -> receiver.write(connection, out, 0));
  }

  private static List<Frame> written(Predicate<ByteWriter> source) {
    List<Frame> frames = new ArrayList<>();
    ByteString packet = new Packets().pack(source);
    if (packet != null) {
      Packets.unpack(packet, frames::add);
    }
    return frames;
  }

  private static ByteString bytes(int size) {
    return ByteString.fromArray(new byte[size]);
  }
}
