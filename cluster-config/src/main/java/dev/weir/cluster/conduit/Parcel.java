package dev.weir.cluster.conduit;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import org.apache.pekko.util.ByteString;

/**
 * A value inside an actor message that may be large: the value itself when it is small, else where
 * to fetch it. So no message between nodes outgrows what the actors' transport takes.
 *
 * <p>Made and opened by {@link Parcels}.
 */
public sealed interface Parcel<T> extends WireMessage {

  /** The value itself: it stays on this node, or is known to be small. */
  record Here<T>(T value) implements Parcel<T> {}

  /** The value's bytes. */
  record Inline<T>(ByteString bytes) implements Parcel<T> {}

  /**
   * The value is kept for a while by the node that sent it.
   *
   * @param holder whom to ask
   * @param id which of its parcels
   * @param size in bytes
   */
  record Held<T>(Ticket holder, long id, int size) implements Parcel<T> {}

  /** There was no room to keep the value; to open it fails with this error. */
  record Refused<T>(WeirError error) implements Parcel<T> {}
}
