package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.util.List;

/**
 * All that a member asks for and uses, as of now: what it does not name it has not, and will not
 * have.
 *
 * @param limit as the member's node has it configured
 * @param number greater in every later demand of the member
 * @param uses what is asked for in the order in which it is wanted
 * @param pauseNanos how long the upstream wants to be left alone
 */
public record Demand(Limit limit, Member member, long number, List<Use> uses, long pauseNanos) {

  public Demand {
    uses = List.copyOf(uses);
  }
}
