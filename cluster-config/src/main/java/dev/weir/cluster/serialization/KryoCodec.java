package dev.weir.cluster.serialization;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Pool;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.util.ByteString;

/**
 * Turns registered values into bytes and back, the same bytes on every node. Refuses, with a {@link
 * WireException} that says what to do, classes that are not registered and values over its limit.
 *
 * <p>Thread safe: each call borrows a Kryo and its buffers from a pool.
 */
public final class KryoCodec {

  private static final int KEPT_BUFFER = 256 * 1024;

  private final Pool<Session> pool;
  private final int maxBytes;

  KryoCodec(WireRegistry registry, References references, int maxBytes) {
    this.maxBytes = maxBytes;
    this.pool =
        new Pool<>(true, true, 64) {
          @Override
          protected Session create() {
            return new Session(new WireKryo(registry, references), maxBytes);
          }
        };
  }

  /**
   * A codec for values of up to {@code maxBytes}, whose actor references live in {@code system}.
   */
  public static KryoCodec of(ActorSystem<?> system, int maxBytes) {
    return new KryoCodec(WireRegistry.load(), References.of(system), maxBytes);
  }

  /** A codec for values of up to {@code maxBytes} that hold no actor references. */
  public static KryoCodec of(WireRegistry registry, int maxBytes) {
    return new KryoCodec(registry, References.NONE, maxBytes);
  }

  public byte[] toBytes(Object value) {
    return lend(session -> session.write(value).toBytes(), value.getClass());
  }

  public Object fromBytes(byte[] bytes) {
    return fromBuffer(ByteBuffer.wrap(bytes));
  }

  public ByteString toByteString(Object value) {
    return ByteString.fromArrayUnsafe(toBytes(value));
  }

  public Object fromByteString(ByteString bytes) {
    return fromBuffer(bytes.asByteBuffer());
  }

  /** Writes into {@code target}, which must have the room. */
  void toBuffer(Object value, ByteBuffer target) {
    Class<?> type = value.getClass();
    lend(
        session -> {
          Output written = session.write(value);
          return target.put(written.getBuffer(), 0, written.position());
        },
        type);
  }

  /** Reads all that remains of {@code source}. */
  Object fromBuffer(ByteBuffer source) {
    return lend(session -> session.read(source), WireMessage.class);
  }

  private <T> T lend(Function<Session, T> use, Class<?> type) {
    Session session = pool.obtain();
    T result;
    try {
      result = use.apply(session);
    } catch (KryoBufferOverflowException e) {
      throw new WireException(
          type.getName()
              + " takes more than "
              + maxBytes
              + " bytes: send what is large in it as a Parcel.",
          e);
    } catch (KryoException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw failure(e, type);
    }
    if (session.isSmall()) {
      pool.free(session);
    }
    return result;
  }

  private static WireException failure(RuntimeException e, Class<?> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof WireException known) {
        return known;
      }
    }
    return new WireException("Cannot carry " + type.getName() + ": " + e.getMessage(), e);
  }

  /** One Kryo with its two buffers. What fails is not used again. */
  private static final class Session {

    private final WireKryo kryo;
    private final Output output;
    private final Input input = new Input();
    private byte[] received = new byte[4096];

    Session(WireKryo kryo, int maxBytes) {
      this.kryo = kryo;
      this.output = new Output(Math.min(4096, maxBytes), maxBytes);
    }

    Output write(Object value) {
      output.reset();
      kryo.writeClassAndObject(output, value);
      return output;
    }

    Object read(ByteBuffer source) {
      int length = source.remaining();
      if (length > received.length) {
        received = new byte[length];
      }
      source.get(received, 0, length);
      input.setBuffer(received, 0, length);
      Object value = kryo.readClassAndObject(input);
      if (input.position() != length) {
        throw new WireException(length - input.position() + " bytes follow the value.");
      }
      return value;
    }

    boolean isSmall() {
      return received.length <= KEPT_BUFFER && output.getBuffer().length <= KEPT_BUFFER;
    }
  }
}
