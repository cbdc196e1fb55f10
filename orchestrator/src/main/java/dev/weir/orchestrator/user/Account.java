package dev.weir.orchestrator.user;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Price;
import dev.weir.orchestrator.user.Admission.Granted;
import dev.weir.orchestrator.user.Admission.Refused;
import dev.weir.orchestrator.user.Posting.Posted;
import dev.weir.orchestrator.user.Settlement.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Admits from one block of budget and settles into it: the arithmetic of one incarnation of {@link
 * User}.
 *
 * <p>What is reserved comes out of the block's free part. What a settlement frees may be reserved
 * again only after the ledger has recorded it; else a crash would give it back twice. Whoever finds
 * too little waits, first come first served, until the ledger has answered for it.
 *
 * <p>Mutable and confined to its actor: with thousands of open reservations, copying them for every
 * message would cost more than all the rest.
 */
final class Account {

  private static final int WAITING_AT_MOST = 1000;

  private final String block;
  private final Attempts attempts = new Attempts();
  private final Outbox outbox = new Outbox();
  private final Map<Key, Request> waiting = new LinkedHashMap<>();
  private Balance balance;
  private Limits limits = Limits.NONE;
  private Amounts latest = Amounts.ZERO;
  private Amounts overrun = Amounts.ZERO;
  private long numbers;
  private boolean low;
  private boolean closing;
  private @Nullable Key answered;

  private record Request(Key key, Demand demand, boolean startsRun) {}

  /** What the ledger's answer leads to. */
  record Progress(List<Admission> admissions, List<Ticket> recorded) {}

  Account(String block, Instant now) {
    this.block = block;
    this.balance = Balance.opened(now);
  }

  /** From now on these limits apply. */
  void limits(Limits newLimits) {
    limits = newLimits;
  }

  /** Answers now, or from a later {@link #posted}. */
  Optional<Admission> reserve(Key key, Demand demand, boolean startsRun, Instant now) {
    advance(now);
    Optional<Admission> known = attempts.answer(key);
    if (known.isPresent()) {
      return known;
    }
    Request request = new Request(key, demand, startsRun);
    if (waiting.isEmpty()) {
      Optional<Admission> decided = decide(request);
      if (decided.isPresent()) {
        return decided;
      }
    } else if (waiting.size() >= WAITING_AT_MOST && !waiting.containsKey(key)) {
      return Optional.of(refuse(key, Refusal.tooManyWaiting()));
    }
    waiting.put(key, request);
    return Optional.empty();
  }

  /**
   * Settles an attempt once, however often it is told.
   *
   * @param reservation as granted, by whichever incarnation; null for one whose answer never came
   * @return the ticket whose recording to wait for, or nothing if there is nothing to wait for
   */
  Optional<Ticket> settle(Key key, @Nullable Reservation reservation, Charge charge, Instant now) {
    advance(now);
    if (reservation != null) {
      advance(reservation.at());
    }
    Granted own = attempts.open(key);
    if (own == null) {
      withdraw(key);
    } else if (reservation == null || reservation.ticket().equals(own.reservation().ticket())) {
      return Optional.of(close(own, charge, Settlement.outcome(charge)));
    } else {
      close(own, new Charge.Nothing(), Outcome.NOTHING);
    }
    return reservation == null ? Optional.empty() : settleElsewhere(key, reservation, charge);
  }

  /** Charges an open attempt in full, because nobody is left to settle it. */
  void lose(Key key, Instant now) {
    advance(now);
    Granted own = attempts.open(key);
    if (own == null) {
      withdraw(key);
    } else {
      close(own, new Charge.Unknown(), Outcome.LOST);
    }
  }

  /** The run is over: frees its place; what it left open is lost, what waits is withdrawn. */
  void endRun(String responseId, Instant now) {
    attempts.openOf(responseId).forEach(key -> lose(key, now));
    waiting.keySet().stream()
        .filter(key -> key.responseId().equals(responseId))
        .toList()
        .forEach(this::withdraw);
    attempts.endRun(responseId);
  }

  /** Frees the place of a run unless somebody still holds a reservation for it. */
  void leaveRun(String responseId) {
    if (attempts.openOf(responseId).isEmpty()) {
      attempts.endRun(responseId);
    }
  }

  /** What to tell the ledger now, if anything; {@code anyway}: even if there is no news. */
  Optional<Posting> next(Instant now, boolean anyway) {
    advance(now);
    if (outbox.outstanding().isPresent()) {
      return Optional.empty();
    }
    Request head = waiting.isEmpty() ? null : waiting.values().iterator().next();
    Amounts need = Amounts.ZERO;
    Amounts want = Amounts.ZERO;
    Amounts handBack = Amounts.ZERO;
    if (closing) {
      handBack = outbox.isEmpty() ? balance.free() : Amounts.ZERO;
    } else if (head != null) {
      need = balance.missing(limits.bounded(head.demand().least()));
      want = balance.missing(blockSize().max(limits.bounded(head.demand().worst())));
    } else if (low) {
      want = balance.missing(blockSize()).min(balance.atLedger(limits).positive());
    }
    low = false;
    boolean news =
        !outbox.isEmpty() || !want.none() || !handBack.none() || !waiting.isEmpty() || anyway;
    return news ? Optional.of(post(need, want, handBack)) : Optional.empty();
  }

  /** The posting that has no answer yet, to be told again. */
  Optional<Posting> outstanding() {
    return outbox.outstanding();
  }

  /** Takes the ledger's answer; one that was not waited for changes nothing. */
  Progress posted(Posted posted, Instant now) {
    Posting posting =
        outbox.outstanding().filter(sent -> sent.number() == posted.number()).orElse(null);
    if (posting == null) {
      return new Progress(List.of(), List.of());
    }
    Key asker = outbox.recorded(posting);
    balance = balance.posted(posting, posted);
    overrun = posted.overrun();
    advance(now);
    answered = Span.MINUTE.same(posting.at(), balance.at()) ? asker : null;
    return new Progress(
        admitWaiting(), posting.settlements().stream().map(Settlement::ticket).toList());
  }

  /** From now on nothing is admitted; the rest of the block goes back. */
  void close() {
    closing = true;
    waiting.clear();
  }

  /** Whether nothing is open, waiting or unrecorded. */
  boolean isIdle() {
    return attempts.noneOpen()
        && waiting.isEmpty()
        && outbox.isEmpty()
        && outbox.outstanding().isEmpty();
  }

  Balance balance() {
    return balance;
  }

  Description describe() {
    return new Description(balance.quotas(limits, true), attempts.runs(), overrun);
  }

  private List<Admission> admitWaiting() {
    List<Admission> admissions = new ArrayList<>();
    while (!waiting.isEmpty()) {
      Request head = waiting.values().iterator().next();
      Optional<Admission> decided = decide(head);
      if (decided.isEmpty()) {
        break;
      }
      waiting.remove(head.key());
      admissions.add(decided.get());
    }
    return admissions;
  }

  /** Nothing, as long as the ledger may have more. */
  private Optional<Admission> decide(Request request) {
    Key key = request.key();
    if (request.startsRun()
        && !attempts.isRunning(key.responseId())
        && attempts.runs() >= limits.concurrentRuns()) {
      return Optional.of(refuse(key, Refusal.tooManyRuns(limits.concurrentRuns())));
    }
    Demand demand = request.demand();
    Amounts least = limits.bounded(demand.least());
    if (!limits.most().covers(least)) {
      return Optional.of(refuse(key, Refusal.larger(least, limits)));
    }
    if (outbox.overrunPending()) {
      return Optional.empty();
    }
    Amounts left = balance.spendable(limits);
    if (left.covers(limits.bounded(demand.worst()))) {
      return Optional.of(grant(request, demand.outputTokens()));
    }
    if (!key.equals(answered)) {
      return Optional.empty();
    }
    return Optional.of(
        left.covers(least)
            ? grant(request, demand.largestOutput(limits, left))
            : refuse(key, Refusal.spent(least, left, balance.at())));
  }

  private Granted grant(Request request, long output) {
    Amounts reserved = request.demand().worst(output);
    Amounts held = limits.bounded(reserved);
    balance = balance.take(held);
    latest = held;
    low = !balance.free().plus(balance.free()).covers(blockSize());
    Ticket ticket = new Ticket(block, ++numbers);
    Price price = request.demand().price();
    Granted granted =
        new Granted(
            request.key(),
            output,
            new Reservation(ticket, balance.at(), reserved, held, price),
            rateLimits());
    attempts.opened(granted);
    return granted;
  }

  private Refused refuse(Key key, WeirError error) {
    Refused refused = new Refused(key, error, rateLimits());
    attempts.remember(refused);
    return refused;
  }

  private Ticket close(Granted granted, Charge charge, Outcome outcome) {
    Settlement settlement = Settlement.of(granted.key(), granted.reservation(), charge, outcome);
    Amounts refund = limits.bounded(balance.current(settlement, settlement.refund()));
    Amounts kept = closing ? Amounts.ZERO : refund.min(balance.missing(blockSize()));
    balance = balance.awaiting(kept);
    outbox.add(settlement.keeping(kept), exceeds(settlement));
    attempts.closed(granted);
    return settlement.ticket();
  }

  private Optional<Ticket> settleElsewhere(Key key, Reservation reservation, Charge charge) {
    Ticket ticket = reservation.ticket();
    if (outbox.contains(ticket)) {
      return Optional.of(ticket);
    }
    if (ticket.block().equals(block)) {
      return Optional.empty();
    }
    Settlement settlement = Settlement.of(key, reservation, charge, Settlement.outcome(charge));
    outbox.add(settlement, exceeds(settlement));
    return Optional.of(ticket);
  }

  private boolean exceeds(Settlement settlement) {
    return !limits.bounded(balance.current(settlement, settlement.excess())).none();
  }

  /** An attempt that is not open never will be. */
  private void withdraw(Key key) {
    waiting.remove(key);
    if (attempts.answer(key).isEmpty()) {
      refuse(key, Refusal.withdrawn());
    }
  }

  private Posting post(Amounts need, Amounts want, Amounts handBack) {
    Posting posting =
        new Posting(
            block,
            outbox.nextNumber(),
            balance.at(),
            limits.most(),
            need,
            want,
            handBack,
            outbox.batch());
    balance = balance.awaiting(want).take(handBack);
    outbox.sent(posting, waiting.isEmpty() ? null : waiting.keySet().iterator().next());
    return posting;
  }

  /** As large as the latest reservation, or a fixed part of the window's budget. */
  private Amounts blockSize() {
    return limits.block().max(limits.bounded(latest)).min(limits.most());
  }

  private RateLimits rateLimits() {
    return new RateLimits(balance.quotas(limits, false));
  }

  private void advance(Instant now) {
    Balance later = balance.at(now);
    if (!Span.MINUTE.same(balance.at(), later.at())) {
      answered = null;
    }
    balance = later;
  }
}
