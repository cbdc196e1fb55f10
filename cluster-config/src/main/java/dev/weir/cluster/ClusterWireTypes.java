package dev.weir.cluster;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.membership.LeaseDesk;
import dev.weir.cluster.serialization.WireTypes;
import dev.weir.cluster.telemetry.TraceContext;
import java.util.Map;

/** The numbers 100–999 of the wire: errors, trace context and what the cluster itself sends. */
public final class ClusterWireTypes implements WireTypes {

  @Override
  public Map<Integer, Class<?>> types() {
    return Map.ofEntries(
        Map.entry(100, WeirError.InvalidRequest.class),
        Map.entry(101, WeirError.Unauthorized.class),
        Map.entry(102, WeirError.Forbidden.class),
        Map.entry(103, WeirError.NotFound.class),
        Map.entry(104, WeirError.Conflict.class),
        Map.entry(105, WeirError.TooLarge.class),
        Map.entry(106, WeirError.TooManyRequests.class),
        Map.entry(107, WeirError.ModelFailed.class),
        Map.entry(108, WeirError.Unavailable.class),
        Map.entry(109, WeirError.Internal.class),
        Map.entry(110, WeirError.TimedOut.class),
        Map.entry(120, TraceContext.class),
        Map.entry(121, Ticket.class),
        Map.entry(122, Parcel.Inline.class),
        Map.entry(123, Parcel.Held.class),
        Map.entry(124, Parcel.Here.class),
        Map.entry(125, Parcel.Refused.class),
        Map.entry(130, LeaseDesk.GiveUp.class));
  }
}
