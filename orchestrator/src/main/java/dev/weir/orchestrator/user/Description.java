package dev.weir.orchestrator.user;

import dev.weir.cluster.serialization.WireMessage;
import java.util.List;

/**
 * What a user has left and has spent.
 *
 * @param quotas one for each meter, limited or not
 * @param runs under way
 * @param overrun charged beyond reservations in the current windows
 */
public record Description(List<Quota> quotas, int runs, Amounts overrun) implements WireMessage {

  public Description {
    quotas = List.copyOf(quotas);
  }
}
