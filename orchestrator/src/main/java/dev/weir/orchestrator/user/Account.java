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
  private final Purse purse;
  private Amounts overrun = Amounts.ZERO;
  private long numbers;
  private boolean closing;
  private @Nullable Key answered;

  private record Request(Key key, Demand demand) {}

  /** What the ledger's answer leads to. */
  record Progress(List<Admission> admissions, List<Ticket> recorded) {}

  Account(String block, Instant now) {
    this.block = block;
    this.purse = new Purse(now);
  }

  /** From now on these limits apply. */
  void limits(Limits newLimits) {
    purse.limits(newLimits);
  }

  /** Answers now, or from a later {@link #posted}. */
  Optional<Admission> reserve(Key key, Demand demand, Instant now) {
    advance(now);
    Optional<Admission> known = attempts.answer(key);
    if (known.isPresent()) {
      return known;
    }
    Request request = new Request(key, demand);
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
    } else if (!(charge instanceof Charge.Nothing)) {
      // The attempt worked with an earlier incarnation's reservation, so never with this one.
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
    Purse.Ask ask = closing ? Purse.Ask.NOTHING : purse.ask(waitingDemand());
    boolean done = closing && outbox.isEmpty();
    Amounts handBack = done ? purse.balance().free() : Amounts.ZERO;
    boolean news =
        !outbox.isEmpty() || !waiting.isEmpty() || !ask.want().none() || !handBack.none();
    return news || anyway ? Optional.of(post(ask, handBack)) : Optional.empty();
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
    purse.posted(posting, posted);
    overrun = posted.overrun();
    advance(now);
    answered = Span.MINUTE.same(posting.at(), purse.balance().at()) ? asker : null;
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
    return purse.balance();
  }

  Description describe() {
    return new Description(purse.quotas(), attempts.runs(), overrun);
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
    Limits limits = purse.limits();
    if (!attempts.isRunning(key.responseId()) && attempts.runs() >= limits.concurrentRuns()) {
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
    Amounts left = purse.left();
    if (left.covers(limits.bounded(demand.worst()))) {
      return Optional.of(grant(request, demand.outputTokens()));
    }
    if (!key.equals(answered)) {
      return Optional.empty();
    }
    return Optional.of(
        left.covers(least)
            ? grant(request, demand.largestOutput(limits, left))
            : refuse(key, Refusal.spent(least, left, purse.balance().at())));
  }

  private Granted grant(Request request, long output) {
    Amounts reserved = request.demand().worst(output);
    Amounts held = purse.take(reserved);
    Ticket ticket = new Ticket(block, ++numbers);
    Price price = request.demand().price();
    Granted granted =
        new Granted(
            request.key(),
            output,
            new Reservation(ticket, purse.balance().at(), reserved, held, price),
            purse.rateLimits());
    attempts.opened(granted);
    return granted;
  }

  private Refused refuse(Key key, WeirError error) {
    Refused refused = new Refused(key, error, purse.rateLimits());
    attempts.remember(refused);
    return refused;
  }

  private Ticket close(Granted granted, Charge charge, Outcome outcome) {
    Settlement settlement = Settlement.of(granted.key(), granted.reservation(), charge, outcome);
    outbox.add(closing ? settlement : purse.keep(settlement), purse.exceeds(settlement));
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
    outbox.add(settlement, purse.exceeds(settlement));
    return Optional.of(ticket);
  }

  /** An attempt that is not open never will be. */
  private void withdraw(Key key) {
    waiting.remove(key);
    if (attempts.answer(key).isEmpty()) {
      refuse(key, Refusal.withdrawn());
    }
  }

  private Posting post(Purse.Ask ask, Amounts handBack) {
    Posting posting =
        new Posting(
            block,
            outbox.nextNumber(),
            purse.balance().at(),
            purse.limits().most(),
            ask.need(),
            ask.want(),
            handBack,
            outbox.batch());
    purse.sent(posting);
    outbox.sent(posting, waiting.isEmpty() ? null : waiting.keySet().iterator().next());
    return posting;
  }

  private @Nullable Demand waitingDemand() {
    return waiting.isEmpty() ? null : waiting.values().iterator().next().demand();
  }

  private void advance(Instant now) {
    if (purse.advance(now)) {
      answered = null;
    }
  }
}
