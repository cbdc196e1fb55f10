package dev.weir.inference.embedding;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.inference.provider.Vectors;

/**
 * Answers an {@link EmbedRequest}: {@link Accepted} and {@link Started} as they come about, then
 * one of {@link Embedded} and {@link Refused}.
 */
public sealed interface EmbedReply extends WireMessage {

  EmbedId id();

  /** The call has a place. */
  record Accepted(EmbedId id) implements EmbedReply {}

  /** Its first inputs are on their way to the upstream, and cost from now on. */
  record Started(EmbedId id) implements EmbedReply {}

  /**
   * All vectors.
   *
   * @param tokens this call's part of what the upstream has read, or {@link Vectors#UNTOLD}
   */
  record Embedded(EmbedId id, Parcel<Vectors> vectors, long tokens) implements EmbedReply {}

  /**
   * There are none.
   *
   * @param tokens what the upstream has read of it nevertheless, or {@link Vectors#UNTOLD}
   */
  record Refused(EmbedId id, WeirError error, long tokens) implements EmbedReply {}
}
