package dev.weir.inference.limit;

import dev.weir.cluster.serialization.WireMessage;
import java.util.List;

/**
 * The owner's word to a member.
 *
 * @param number of the last demand that it has taken note of, for good
 * @param granted permits that may be used, if that demand is not too old
 */
public record Answer(Member member, long number, List<Use> granted) implements WireMessage {

  public Answer {
    granted = List.copyOf(granted);
  }
}
