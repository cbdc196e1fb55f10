package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import dev.weir.inference.limit.Ledger.Permit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An owner's books: what its members want, in the order in which they came to want it, and what
 * counts against the limit. First come, first served: a large call is not passed by smaller ones
 * for ever. Not thread safe.
 */
final class Grants {

  /** More do not fit into one message to a copy. */
  static final int MOST_OPEN = 3_000;

  private final Ledger ledger;
  private final Pace pace;
  private final Map<Member, Demand> demands = new HashMap<>();
  private final Map<Member, Long> heard = new HashMap<>();
  private final LinkedHashMap<Permit, Long> wanted = new LinkedHashMap<>();
  private Limit limit;
  private long pausedUntil;
  private boolean changed;

  Grants(Limit limit, Ledger ledger, Pace pace, long now) {
    this.limit = limit;
    this.ledger = ledger;
    this.pace = pace;
    this.pausedUntil = now;
    ledger.permits().forEach(permit -> heard.put(permit.member(), now));
    ledger.window(limit.window());
  }

  /**
   * Takes note of a demand; returns whether it was news.
   *
   * @param again gets what is granted already and that the member has not heard of
   */
  boolean note(Demand demand, long now, List<Use> again) {
    if (noted(demand.member()) >= demand.number()) {
      return false;
    }
    demands.put(demand.member(), demand);
    heard.put(demand.member(), now);
    tighten();
    pause(demand.pauseNanos(), now);
    Set<Permit> named = new HashSet<>();
    for (Use use : demand.uses()) {
      Permit permit = new Permit(demand.member(), use.id());
      named.add(permit);
      note(permit, use, now, again);
    }
    forget(demand.member(), permit -> !named.contains(permit));
    return true;
  }

  private void note(Permit permit, Use use, long now, List<Use> again) {
    switch (use.phase()) {
      case ASKED -> {
        if (ledger.isOpen(permit)) {
          again.add(granted(permit));
        } else {
          wanted.put(permit, use.tokens());
        }
      }
      case STARTED, ARRIVED -> {
        if (!ledger.isOpen(permit)) {
          ledger.adopt(permit, use);
          changed = true;
        }
        changed |= ledger.see(permit, use, now);
      }
      case ENDED -> {
        pace.giveBack((double) unused(permit, use) / limit.tokens());
        changed |= ledger.see(permit, use, now);
      }
    }
  }

  private long unused(Permit permit, Use use) {
    long left = ledger.left(permit);
    return Math.max(0, left - Math.max(0, use.used() - ledger.used(permit)));
  }

  /** What a member no longer names it has not used, and will not. */
  private void forget(Member member, Predicate<Permit> gone) {
    wanted.keySet().removeIf(permit -> permit.member().equals(member) && gone.test(permit));
    for (Permit permit : ledger.of(member)) {
      if (gone.test(permit)) {
        ledger.drop(permit);
        changed = true;
      }
    }
  }

  /** While nodes are told of a new limit, the tighter one holds. */
  private void tighten() {
    long requests = Limit.NONE;
    long tokens = Limit.NONE;
    Limit any = limit;
    for (Demand demand : demands.values()) {
      any = demand.limit();
      requests = Math.min(requests, any.requests());
      tokens = Math.min(tokens, any.tokens());
    }
    limit = new Limit(any.name(), requests, tokens, any.window());
    ledger.window(limit.window());
  }

  /** Grants what now fits. */
  Map<Member, List<Use>> grant(long now) {
    ledger.expire(now);
    pace.pass(now, !wanted.isEmpty(), limit.window().toNanos());
    Map<Member, List<Use>> granted = new LinkedHashMap<>();
    Iterator<Map.Entry<Permit, Long>> next = wanted.entrySet().iterator();
    while (now >= pausedUntil && next.hasNext() && ledger.size() < MOST_OPEN) {
      Map.Entry<Permit, Long> first = next.next();
      long tokens = Math.min(first.getValue(), limit.tokens());
      if (!pace.allows() || !ledger.fits(limit, tokens)) {
        break;
      }
      pace.spend(share(tokens));
      ledger.grant(first.getKey(), tokens);
      granted
          .computeIfAbsent(first.getKey().member(), member -> new ArrayList<>())
          .add(granted(first.getKey()));
      next.remove();
    }
    changed |= !granted.isEmpty();
    return granted;
  }

  private double share(long tokens) {
    return Math.max(1.0 / limit.requests(), (double) tokens / limit.tokens());
  }

  /** The upstream wants to be left alone for so long. */
  void pause(long nanos, long now) {
    pausedUntil = Math.max(pausedUntil, now + nanos);
  }

  private Use granted(Permit permit) {
    return new Use(permit.id(), Use.Phase.ASKED, ledger.left(permit), 0);
  }

  /** Nodes that are gone, and members that have long been silent, will not tell what they did. */
  void lose(Set<String> nodes, long now) {
    long silence = Ledger.lost(limit.window().toNanos());
    heard.entrySet().removeIf(member -> now - member.getValue() > silence);
    heard.keySet().removeIf(member -> !nodes.contains(member.node()));
    demands.keySet().retainAll(heard.keySet());
    Stream.concat(wanted.keySet().stream(), ledger.permits().stream())
        .filter(permit -> !heard.containsKey(permit.member()))
        .toList()
        .forEach(
            permit -> {
              changed |= ledger.isOpen(permit);
              wanted.remove(permit);
              ledger.lose(permit, now);
            });
  }

  /** The last demand of a member that it has taken note of. */
  long noted(Member member) {
    Demand last = demands.get(member);
    return last == null ? Long.MIN_VALUE : last.number();
  }

  /** Whether the books are others than when this was asked last. */
  boolean changed() {
    boolean was = changed;
    changed = false;
    return was;
  }

  Limit limit() {
    return limit;
  }

  Ledger ledger() {
    return ledger;
  }

  long pause(long now) {
    return Math.max(0, pausedUntil - now);
  }
}
