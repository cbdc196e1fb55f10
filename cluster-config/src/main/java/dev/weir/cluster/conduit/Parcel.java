package dev.weir.cluster.conduit;

import dev.weir.cluster.serialization.WireMessage;
import java.util.Arrays;

/**
 * A value inside an actor message that may be large: the value itself when it is small, else where
 * to fetch it. So no message between nodes outgrows what the actors' transport takes.
 *
 * <p>Made and opened by {@link Parcels}.
 */
public sealed interface Parcel<T> extends WireMessage {

  /** The value's bytes. */
  @SuppressWarnings("ArrayRecordComponent") // equals and hashCode are by content
  record Inline<T>(byte[] bytes) implements Parcel<T> {

    @Override
    public boolean equals(Object other) {
      return other instanceof Inline<?> that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /**
   * The value is kept for a while by the node that sent it.
   *
   * @param holder whom to ask
   * @param id which of its parcels
   * @param size in bytes
   */
  record Held<T>(Ticket holder, long id, int size) implements Parcel<T> {}
}
