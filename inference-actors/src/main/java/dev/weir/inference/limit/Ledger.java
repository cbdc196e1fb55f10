package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What counts against one limit now. A permit counts with its request and all the tokens it may
 * take from its grant on; what is known to have been seen by the upstream is dated, and counts for
 * a window from then; what a call did not take is free at its end. So at no moment does the
 * upstream have seen, in the window before it, more than the sums say. Not thread safe.
 */
final class Ledger {

  /** Into how many parts of a window dates are rounded up. */
  private static final int GRAINS = 120;

  /** How long a node that was lost may still start calls, and read what others bring. */
  private static final Duration GONE_WITHIN = Duration.ofSeconds(5);

  record Permit(Member member, long id) {}

  private static final class Open {
    long left;
    long used;
    boolean arrived;

    Open(long left) {
      this.left = left;
    }
  }

  private static final class Sum {
    long requests;
    long tokens;
  }

  private final Map<Permit, Open> open = new HashMap<>();
  private final TreeMap<Long, Sum> dated = new TreeMap<>();
  private long requests;
  private long tokens;
  private long window = Duration.ofMinutes(1).toNanos();

  /** How long what is now seen counts. */
  void window(Duration length) {
    window = length.toNanos();
  }

  /** How long what a lost node held counts. */
  static long lost(long window) {
    return window + Math.max(GONE_WITHIN.toNanos(), window / 2);
  }

  static Ledger of(Snapshot snapshot, long now) {
    Ledger ledger = new Ledger();
    for (Snapshot.Dated sum : snapshot.dated()) {
      ledger.date(now + sum.left(), sum.requests(), sum.tokens());
      ledger.requests += sum.requests();
      ledger.tokens += sum.tokens();
    }
    for (Snapshot.Held held : snapshot.held()) {
      held.permits().forEach(use -> ledger.adopt(new Permit(held.member(), use.id()), use));
    }
    return ledger;
  }

  /** Everything that may be out counts, nobody knows of what. */
  void block(Limit limit, long now) {
    long most = limit.requests() == Limit.NONE ? 0 : limit.requests();
    long mostTokens = limit.tokens() == Limit.NONE ? 0 : limit.tokens();
    date(now + lost(limit.window().toNanos()), most, mostTokens);
    requests += most;
    tokens += mostTokens;
  }

  boolean fits(Limit limit, long more) {
    return requests < limit.requests() && tokens <= limit.tokens() - more;
  }

  /** What an open permit may still take. */
  long left(Permit permit) {
    Open known = open.get(permit);
    return known == null ? 0 : known.left;
  }

  /** What an open permit is known to have taken. */
  long used(Permit permit) {
    Open known = open.get(permit);
    return known == null ? 0 : known.used;
  }

  boolean isOpen(Permit permit) {
    return open.containsKey(permit);
  }

  int size() {
    return open.size();
  }

  long requests() {
    return requests;
  }

  long tokens() {
    return tokens;
  }

  void grant(Permit permit, long most) {
    open.put(permit, new Open(most));
    requests++;
    tokens += most;
  }

  /** A permit that another owner has granted; what it has used counts elsewhere already. */
  void adopt(Permit permit, Use use) {
    grant(permit, Math.max(0, use.tokens() - use.used()));
    Open known = open.get(permit);
    known.used = use.used();
    if (use.phase() == Use.Phase.ARRIVED) {
      known.arrived = true;
      requests--;
    }
  }

  /** What is now known of an open permit; returns whether that is new. */
  boolean see(Permit permit, Use use, long now) {
    Open known = open.get(permit);
    if (known == null) {
      return false;
    }
    boolean arrived = arrive(known, use.phase(), now);
    boolean changed = spend(known, use.used(), now) || arrived;
    if (use.phase() == Use.Phase.ENDED) {
      open.remove(permit);
      tokens -= known.left;
      changed = true;
    }
    return changed;
  }

  private boolean arrive(Open known, Use.Phase phase, long now) {
    if (known.arrived || phase.compareTo(Use.Phase.ARRIVED) < 0) {
      return false;
    }
    known.arrived = true;
    date(expiry(now), 1, 0);
    return true;
  }

  private boolean spend(Open known, long used, long now) {
    long more = used - known.used;
    if (more <= 0) {
      return false;
    }
    long reserved = Math.min(more, known.left);
    known.used = used;
    known.left -= reserved;
    tokens += more - reserved;
    date(expiry(now), 0, more);
    return true;
  }

  /** Nobody has used it, and nobody will. */
  void drop(Permit permit) {
    Open known = open.remove(permit);
    if (known != null) {
      tokens -= known.left;
      requests -= known.arrived ? 0 : 1;
    }
  }

  /** Nobody will tell what became of it. */
  void lose(Permit permit, long now) {
    Open known = open.remove(permit);
    if (known != null) {
      date(now + lost(window), known.arrived ? 0 : 1, known.left);
    }
  }

  List<Permit> of(Member member) {
    return open.keySet().stream().filter(permit -> permit.member().equals(member)).toList();
  }

  List<Permit> permits() {
    return List.copyOf(open.keySet());
  }

  /** Forgets what no longer counts. */
  void expire(long now) {
    while (!dated.isEmpty() && dated.firstKey() <= now) {
      Sum over = dated.pollFirstEntry().getValue();
      requests -= over.requests;
      tokens -= over.tokens;
    }
  }

  private long expiry(long now) {
    long grain = Math.max(1, window / GRAINS);
    return (Math.floorDiv(now + window, grain) + 1) * grain;
  }

  private void date(long expiry, long moreRequests, long moreTokens) {
    Sum sum = dated.computeIfAbsent(expiry, at -> new Sum());
    sum.requests += moreRequests;
    sum.tokens += moreTokens;
  }

  List<Snapshot.Dated> dated(long now) {
    List<Snapshot.Dated> sums = new ArrayList<>();
    dated.forEach(
        (expiry, sum) -> sums.add(new Snapshot.Dated(expiry - now, sum.requests, sum.tokens)));
    return sums;
  }

  List<Snapshot.Held> held() {
    Map<Member, List<Use>> held = new LinkedHashMap<>();
    open.forEach(
        (permit, known) ->
            held.computeIfAbsent(permit.member(), member -> new ArrayList<>())
                .add(
                    new Use(
                        permit.id(),
                        known.arrived ? Use.Phase.ARRIVED : Use.Phase.STARTED,
                        known.used + known.left,
                        known.used)));
    return held.entrySet().stream()
        .map(entry -> new Snapshot.Held(entry.getKey(), entry.getValue()))
        .toList();
  }
}
