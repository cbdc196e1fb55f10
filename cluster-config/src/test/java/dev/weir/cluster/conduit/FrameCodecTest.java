package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameCodecTest {

  static Stream<Frame> frames() {
    return Stream.concat(
        Stream.of(
            new Frame.Hello(1, -5, "node-ä.example", 65_535, Long.MIN_VALUE, 3, Long.MAX_VALUE),
            new Frame.Welcome(),
            new Frame.Refuse(),
            new Frame.Ready(),
            new Frame.Open(0, 1L << 40),
            new Frame.Data(300, 7, false, ByteString.fromString("piece")),
            new Frame.Data(Integer.MAX_VALUE, 0, true, ByteString.emptyByteString()),
            new Frame.End(5, 8),
            new Frame.Credit(5, 9, 1L << 50),
            new Frame.Cancel(6),
            new Frame.Reject(7),
            new Frame.Forget(8),
            new Frame.Ping()),
        errors().map(error -> new Frame.Fail(4, 2, error)));
  }

  private static Stream<WeirError> errors() {
    return Stream.of(
        new WeirError.InvalidRequest("a", "b", null),
        new WeirError.InvalidRequest("a", "b", "model"),
        new WeirError.Unauthorized("a", "b"),
        new WeirError.Forbidden("a", "b"),
        new WeirError.NotFound("a", "b"),
        new WeirError.Conflict("a", "b"),
        new WeirError.TooLarge("a", "b"),
        new WeirError.TooManyRequests("a", "b", Duration.ofMillis(1_500)),
        new WeirError.ModelFailed("a", "b", true),
        new WeirError.ModelFailed("a", "b", false, Duration.ofNanos(1_500_000_001)),
        new WeirError.Unavailable("a", "b", Duration.ofSeconds(3)),
        new WeirError.TimedOut("a", "b"),
        new WeirError.Internal("a", "b"));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void whatIsWrittenIsReadAndFitsItsBound(Frame frame) {
    ByteWriter out = new ByteWriter(1);
    FrameCodec.write(frame, out);
    assertThat(out.size()).isLessThanOrEqualTo(FrameCodec.sizeBound(frame));
    ByteReader in = new ByteReader(out.toByteArray());
    assertThat(FrameCodec.read(in)).isEqualTo(frame);
    assertThat(in.remaining()).isZero();
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aTornFrameIsAViolation(Frame frame) {
    ByteWriter out = new ByteWriter(64);
    FrameCodec.write(frame, out);
    byte[] torn = Arrays.copyOf(out.toByteArray(), out.size() - 1);
    assertThatThrownBy(() -> FrameCodec.read(new ByteReader(torn)))
        .isInstanceOf(ProtocolViolation.class);
  }

  @Test
  void aTokenTakesFourBytesBeyondItsText() {
    Frame token = new Frame.Data(3, 100, true, ByteString.fromString(" token"));
    ByteWriter out = new ByteWriter(64);
    FrameCodec.write(token, out);
    assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo("0603640620746f6b656e");
  }

  @Test
  void nonsenseIsAViolation() {
    List<byte[]> nonsense =
        List.of(
            new byte[] {99},
            new byte[] {5, 1, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7},
            new byte[] {8, 1, 1, 3, 10, 0, 1});
    for (byte[] bytes : nonsense) {
      assertThatThrownBy(() -> FrameCodec.read(new ByteReader(bytes)))
          .isInstanceOf(ProtocolViolation.class);
    }
  }

  @Test
  void whatAnErrorHasGrownByIsSkipped() {
    ByteWriter error = new ByteWriter(64);
    error.writeByte(10).writeText("code").writeText("message").writeText("from the future");
    ByteWriter out = new ByteWriter(64);
    out.writeByte(8).writeNumber(1).writeNumber(2).writeNumber(error.size());
    out.write(error.toByteArray());
    FrameCodec.write(new Frame.Ping(), out);
    ByteReader in = new ByteReader(out.toByteArray());
    assertThat(FrameCodec.read(in))
        .isEqualTo(new Frame.Fail(1, 2, new WeirError.Internal("code", "message")));
    assertThat(FrameCodec.read(in)).isEqualTo(new Frame.Ping());
  }

  @Test
  void anErrorOfALaterKindIsInternal() {
    ByteWriter error = new ByteWriter(64);
    error.writeByte(77).writeText("code").writeText("message").writeNumber(5);
    ByteWriter out = new ByteWriter(64);
    out.writeByte(8).writeNumber(1).writeNumber(2).writeNumber(error.size());
    out.write(error.toByteArray());
    assertThat(FrameCodec.read(new ByteReader(out.toByteArray())))
        .isEqualTo(new Frame.Fail(1, 2, new WeirError.Internal("code", "message")));
  }

  @Test
  void aLongErrorIsCutToFit() {
    WeirError error = new WeirError.Internal("code", "€".repeat(100_000));
    ByteWriter out = new ByteWriter(64);
    FrameCodec.write(new Frame.Fail(1, 1, error), out);
    assertThat(out.size()).isLessThan(FrameCodec.MAX_HEADER + ErrorCodec.MAX_SIZE);
  }
}
