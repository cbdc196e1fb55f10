package dev.weir.orchestrator.user;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weir.cluster.serialization.Persisted;
import java.time.Instant;
import java.util.List;

/** What the ledger remembers. Stored for good: names and fields only grow. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(LedgerEvent.BlockGranted.class),
  @JsonSubTypes.Type(LedgerEvent.BlockReturned.class),
  @JsonSubTypes.Type(LedgerEvent.SettlementsRecorded.class)
})
public sealed interface LedgerEvent extends Persisted {

  /** The ledger's time, which never goes back. */
  Instant at();

  /** A block is now larger by {@code amounts}, at the wish of its posting {@code posting}. */
  @JsonTypeName("ledger-block-granted")
  record BlockGranted(Instant at, String block, long posting, Amounts amounts)
      implements LedgerEvent {}

  /** A block that will not be used any more gave back what no reservation holds. */
  @JsonTypeName("ledger-block-returned")
  record BlockReturned(Instant at, String block, long posting, Amounts amounts)
      implements LedgerEvent {}

  /** Reservations are settled, each for the first time. */
  @JsonTypeName("ledger-settlements-recorded")
  record SettlementsRecorded(Instant at, List<Settlement> settlements) implements LedgerEvent {
    public SettlementsRecorded {
      settlements = List.copyOf(settlements);
    }
  }
}
