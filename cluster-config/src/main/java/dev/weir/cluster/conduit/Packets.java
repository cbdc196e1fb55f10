package dev.weir.cluster.conduit;

import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Packets: frames one after another behind four bytes that say how many bytes they take. */
final class Packets {

  static final int HEADER = 4;

  private static final byte[] ROOM = new byte[HEADER];

  private final ByteWriter buffer = new ByteWriter(4096);

  /** A packet of what {@code fill} writes, or null if it writes nothing. */
  @Nullable ByteString pack(Predicate<ByteWriter> fill) {
    buffer.clear();
    buffer.write(ROOM);
    if (!fill.test(buffer) || buffer.size() == HEADER) {
      return null;
    }
    buffer.setInt(0, buffer.size() - HEADER);
    return ByteString.fromArrayUnsafe(buffer.toByteArray());
  }

  /** Writes frames in order as far as they fit before {@code end}; true: all of them. */
  static boolean write(Queue<Frame> frames, ByteWriter out, int end) {
    for (Frame next = frames.peek(); next != null; next = frames.peek()) {
      if (out.size() + FrameCodec.sizeBound(next) > end) {
        return false;
      }
      FrameCodec.write(frames.remove(), out);
    }
    return true;
  }

  /** Hands on every frame of a packet in order. */
  static void unpack(ByteString packet, Consumer<Frame> action) {
    byte[] bytes = packet.toArrayUnsafe();
    ByteReader in = new ByteReader(bytes, HEADER, bytes.length);
    while (in.remaining() > 0) {
      action.accept(FrameCodec.read(in));
    }
  }
}
