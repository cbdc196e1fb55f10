package dev.weir.cluster.conduit;

import org.apache.pekko.util.ByteString;

/** Frames as bytes: one byte for the kind, then the components in order. */
final class FrameCodec {

  /** No frame takes more than this beyond its payload, its host name or its error. */
  static final int MAX_HEADER = 48;

  private static final int HELLO = 1;
  private static final int WELCOME = 2;
  private static final int READY = 3;
  private static final int OPEN = 4;
  private static final int PIECE = 5;
  private static final int LAST_PIECE = 6;
  private static final int END = 7;
  private static final int FAIL = 8;
  private static final int CREDIT = 9;
  private static final int CANCEL = 10;
  private static final int REJECT = 11;
  private static final int FORGET = 12;
  private static final int PING = 13;
  private static final int REFUSE = 14;

  private FrameCodec() {}

  /** At least as many bytes as {@link #write} will write. */
  static int sizeBound(Frame frame) {
    return switch (frame) {
      case Frame.Data data -> MAX_HEADER + data.payload().size();
      case Frame.Hello hello -> 2 * MAX_HEADER + 4 * hello.host().length();
      case Frame.Fail fail -> MAX_HEADER + ErrorCodec.MAX_SIZE;
      case Frame.Welcome welcome -> MAX_HEADER;
      case Frame.Refuse refuse -> MAX_HEADER;
      case Frame.Ready ready -> MAX_HEADER;
      case Frame.Open open -> MAX_HEADER;
      case Frame.End end -> MAX_HEADER;
      case Frame.Credit credit -> MAX_HEADER;
      case Frame.Cancel cancel -> MAX_HEADER;
      case Frame.Reject reject -> MAX_HEADER;
      case Frame.Forget forget -> MAX_HEADER;
      case Frame.Ping ping -> MAX_HEADER;
    };
  }

  static void write(Frame frame, ByteWriter out) {
    switch (frame) {
      case Frame.Data data -> writeData(data, out);
      case Frame.Hello hello -> writeHello(hello, out);
      case Frame.Welcome welcome -> out.writeByte(WELCOME);
      case Frame.Refuse refuse -> out.writeByte(REFUSE);
      case Frame.Ready ready -> out.writeByte(READY);
      case Frame.Open open -> out.writeByte(OPEN).writeNumber(open.id()).writeNumber(open.target());
      case Frame.End end -> out.writeByte(END).writeNumber(end.id()).writeNumber(end.sequence());
      case Frame.Fail fail -> {
        out.writeByte(FAIL).writeNumber(fail.id()).writeNumber(fail.sequence());
        ErrorCodec.write(fail.error(), out);
      }
      case Frame.Credit credit ->
          out.writeByte(CREDIT)
              .writeNumber(credit.id())
              .writeNumber(credit.next())
              .writeNumber(credit.limit());
      case Frame.Cancel cancel -> out.writeByte(CANCEL).writeNumber(cancel.id());
      case Frame.Reject reject -> out.writeByte(REJECT).writeNumber(reject.id());
      case Frame.Forget forget -> out.writeByte(FORGET).writeNumber(forget.id());
      case Frame.Ping ping -> out.writeByte(PING);
    }
  }

  private static void writeData(Frame.Data data, ByteWriter out) {
    byte[] payload = data.payload().toArrayUnsafe();
    out.writeByte(data.last() ? LAST_PIECE : PIECE)
        .writeNumber(data.id())
        .writeNumber(data.sequence())
        .writeNumber(payload.length)
        .write(payload);
  }

  private static void writeHello(Frame.Hello hello, ByteWriter out) {
    out.writeByte(HELLO)
        .writeNumber(hello.version())
        .writeNumber(hello.incarnation())
        .writeText(hello.host())
        .writeNumber(hello.port())
        .writeNumber(hello.target())
        .writeNumber(hello.link())
        .writeNumber(hello.connection());
  }

  /** The next frame; anything that is not one is a {@link ProtocolViolation}. */
  static Frame read(ByteReader in) {
    try {
      return read(in.readByte(), in);
    } catch (IllegalArgumentException malformed) {
      throw new ProtocolViolation("Malformed frame: " + malformed.getMessage());
    }
  }

  private static Frame read(int kind, ByteReader in) {
    return switch (kind) {
      case HELLO -> readHello(in);
      case WELCOME -> new Frame.Welcome();
      case REFUSE -> new Frame.Refuse();
      case READY -> new Frame.Ready();
      case OPEN -> new Frame.Open(in.readSize(), in.readNumber());
      case PIECE -> new Frame.Data(in.readSize(), in.readNumber(), false, readPayload(in));
      case LAST_PIECE -> new Frame.Data(in.readSize(), in.readNumber(), true, readPayload(in));
      case END -> new Frame.End(in.readSize(), in.readNumber());
      case FAIL -> new Frame.Fail(in.readSize(), in.readNumber(), ErrorCodec.read(in));
      case CREDIT -> new Frame.Credit(in.readSize(), in.readNumber(), in.readNumber());
      case CANCEL -> new Frame.Cancel(in.readSize());
      case REJECT -> new Frame.Reject(in.readSize());
      case FORGET -> new Frame.Forget(in.readSize());
      case PING -> new Frame.Ping();
      default -> throw new IllegalArgumentException("unknown kind " + kind);
    };
  }

  private static Frame.Hello readHello(ByteReader in) {
    return new Frame.Hello(
        in.readSize(),
        in.readNumber(),
        in.readText(),
        in.readSize(),
        in.readNumber(),
        in.readNumber(),
        in.readNumber());
  }

  /** Copies: a small payload must not keep the whole packet in memory. */
  private static ByteString readPayload(ByteReader in) {
    return ByteString.fromArrayUnsafe(in.read(in.readSize()));
  }
}
