package dev.weir.orchestrator.user;

import dev.weir.cluster.serialization.WireTypes;
import java.util.Map;

/** What users are told and answer across nodes: the numbers 2200 to 2299. */
public final class UserWire implements WireTypes {

  private static final Map<Integer, Class<?>> TYPES =
      Map.ofEntries(
          Map.entry(2200, User.Reserve.class),
          Map.entry(2201, User.Settle.class),
          Map.entry(2202, User.Settled.class),
          Map.entry(2203, User.EndRun.class),
          Map.entry(2204, User.Describe.class),
          Map.entry(2205, User.Stop.class),
          Map.entry(2206, User.RunEnded.class),
          Map.entry(2210, Key.class),
          Map.entry(2211, Demand.class),
          Map.entry(2212, Amounts.class),
          Map.entry(2213, Ticket.class),
          Map.entry(2214, Reservation.class),
          Map.entry(2215, Charge.Used.class),
          Map.entry(2216, Charge.Unknown.class),
          Map.entry(2217, Charge.Nothing.class),
          Map.entry(2220, Admission.Granted.class),
          Map.entry(2221, Admission.Refused.class),
          Map.entry(2222, RateLimits.class),
          Map.entry(2223, Quota.class),
          Map.entry(2224, Meter.class),
          Map.entry(2225, Description.class));

  @Override
  public Map<Integer, Class<?>> types() {
    return TYPES;
  }
}
