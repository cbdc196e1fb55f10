package dev.weir.orchestrator.user;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger is to be told, one posting at a time: settlements gather while an answer is
 * awaited and go together, so the journal's speed bounds postings, not settlements.
 *
 * <p>Confined to its {@link Account}.
 */
final class Outbox {

  /** Settlements of one posting at most, so that an event stays small. */
  private static final int BATCH = 200;

  private final Map<Ticket, Settlement> settlements = new LinkedHashMap<>();
  private final Set<Ticket> overruns = new HashSet<>();
  private @Nullable Posting outstanding;
  private @Nullable Key asker;
  private long numbers;

  void add(Settlement settlement, boolean overrun) {
    settlements.put(settlement.ticket(), settlement);
    if (overrun) {
      overruns.add(settlement.ticket());
    }
  }

  boolean contains(Ticket ticket) {
    return settlements.containsKey(ticket);
  }

  /** Whether a settlement above its reservation is not yet in the ledger's balance. */
  boolean overrunPending() {
    return !overruns.isEmpty();
  }

  boolean isEmpty() {
    return settlements.isEmpty();
  }

  Optional<Posting> outstanding() {
    return Optional.ofNullable(outstanding);
  }

  List<Settlement> batch() {
    return settlements.values().stream().limit(BATCH).toList();
  }

  long nextNumber() {
    return ++numbers;
  }

  /** The posting is on its way; {@code newAsker} waits for its grant. */
  void sent(Posting posting, @Nullable Key newAsker) {
    outstanding = posting;
    asker = newAsker;
  }

  /** The posting is durable; tells who waited for its grant. */
  @Nullable Key recorded(Posting posting) {
    outstanding = null;
    for (Settlement settlement : posting.settlements()) {
      settlements.remove(settlement.ticket());
      overruns.remove(settlement.ticket());
    }
    return asker;
  }
}
