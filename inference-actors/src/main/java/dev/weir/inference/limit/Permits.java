package dev.weir.inference.limit;

import dev.weir.inference.catalog.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One queue's side of its limit: asks the owner for as many permits as calls could start now, and
 * tells it what became of those it has. A permit is used in the moment it comes, by the call whose
 * turn it then is, or given back. Without the owner nothing starts.
 *
 * <p>Tells the owner everything each time, so that no single message matters. Not thread safe.
 *
 * @param <T> a call that has a permit
 */
public final class Permits<T> {

  /** Time from demand to demand while there is anything to tell. */
  private static final Duration BEAT = Duration.ofSeconds(1);

  /** A permit whose demand is older is not used: the owner may have given it up. */
  private static final Duration VALID = Duration.ofSeconds(5);

  /** How long the owner may be silent before calls hear of it. An owner's successor needs less. */
  static final Duration SILENCE = Duration.ofSeconds(20);

  /** The longest that an upstream's wish to be left alone is heeded. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** In which part of a window a call is told of as it goes, and not at its end. */
  private static final int SHORT = 20;

  private static final class Permit {
    final long id;
    long tokens;
    Use.Phase phase = Use.Phase.ASKED;
    long input;
    long output;
    long used;
    long since;

    Permit(long id, long tokens) {
      this.id = id;
      this.tokens = tokens;
    }

    Use use() {
      return new Use(id, phase, tokens, used);
    }
  }

  private final Member member;
  private final long connect;
  private final LongSupplier nanos;
  private final List<Permit> asked = new ArrayList<>();
  private final List<Permit> granted = new ArrayList<>();
  private final Map<T, Permit> running = new HashMap<>();
  private final Map<Permit, Long> ended = new HashMap<>();
  private Limit limit;
  private @Nullable Permit taken;
  private long lastId;
  private long sent;
  private long answered;
  private long heard;
  private long changedSince;
  private boolean changed;
  private long pausedUntil;

  /**
   * Without any permit.
   *
   * @param connect after which time a call that was started has reached its upstream, or never will
   * @param nanos a clock that only moves forward
   */
  public Permits(Member member, Limit limit, Duration connect, LongSupplier nanos) {
    this.member = member;
    this.limit = limit;
    this.connect = connect.toNanos();
    this.nanos = nanos;
    this.lastId = nanos.getAsLong();
    this.sent = lastId;
    this.answered = lastId;
    this.heard = lastId;
    this.changedSince = lastId;
    this.pausedUntil = lastId;
  }

  /** The limit is another from now on. */
  public void limit(Limit now) {
    changed |= !limit.equals(now);
    limit = now;
  }

  /**
   * What could start now if it were allowed to.
   *
   * @param tokens what each call may take, in the order in which they would start
   */
  public void want(List<Long> tokens) {
    if (asked.isEmpty() && !tokens.isEmpty()) {
      heard = nanos.getAsLong();
    }
    while (asked.size() > tokens.size()) {
      asked.removeLast();
      changed = true;
    }
    for (int at = 0; at < tokens.size(); at++) {
      long wanted = Math.min(tokens.get(at), limit.tokens());
      if (at == asked.size()) {
        lastId = Math.max(lastId + 1, nanos.getAsLong());
        asked.add(new Permit(lastId, wanted));
        changed = true;
      } else if (asked.get(at).tokens != wanted) {
        asked.get(at).tokens = wanted;
        changed = true;
      }
    }
  }

  /** The owner's word; what is granted is there for {@link #take}, until {@link #giveBack}. */
  public void answer(Answer answer) {
    long now = nanos.getAsLong();
    heard = now;
    answered = Math.max(answered, answer.number());
    ended.values().removeIf(told -> told <= answer.number());
    boolean valid = now - answer.number() <= VALID.toNanos() && now >= pausedUntil;
    for (Use grant : answer.granted()) {
      if (asked.removeIf(permit -> permit.id == grant.id())) {
        changed = true;
        if (valid) {
          granted.add(new Permit(grant.id(), grant.tokens()));
        }
      }
    }
  }

  /** Takes a permit for a call that may take so many tokens, if there is one. */
  public boolean take(long tokens) {
    Permit fitting = null;
    for (Permit permit : granted) {
      boolean fits = permit.tokens >= Math.min(tokens, limit.tokens());
      if (fits && (fitting == null || permit.tokens < fitting.tokens)) {
        fitting = permit;
      }
    }
    granted.remove(fitting);
    taken = fitting;
    return fitting != null;
  }

  /** Says whose the permit is that was taken last. The call is sent at once. */
  public void start(T call, long inputTokens) {
    Permit permit = taken;
    if (permit == null) {
      throw new IllegalStateException("no permit was taken");
    }
    taken = null;
    permit.phase = Use.Phase.STARTED;
    permit.input = inputTokens;
    permit.since = nanos.getAsLong();
    running.put(call, permit);
  }

  /** Nobody can use what is left of what was granted. */
  public void giveBack() {
    granted.clear();
  }

  /** The upstream has begun to answer. */
  public void arrived(T call) {
    Permit permit = running.get(call);
    if (permit != null && permit.phase == Use.Phase.STARTED) {
      permit.phase = Use.Phase.ARRIVED;
      changed = true;
    }
  }

  /** So many more tokens have come, as far as can be told. */
  public void produced(T call, long tokens) {
    Permit permit = running.get(call);
    if (permit != null) {
      permit.output += tokens;
    }
  }

  /** The call has ended, and took so many tokens. */
  public void settled(T call, long tokens) {
    Permit permit = running.remove(call);
    if (permit != null) {
      permit.phase = Use.Phase.ENDED;
      permit.used = Math.max(permit.used, tokens);
      ended.put(permit, Long.MAX_VALUE);
      changed = true;
    }
  }

  /** The call has ended; what it took nobody knows, so it counts as the most it may have taken. */
  public void ended(T call) {
    Permit permit = running.get(call);
    if (permit != null) {
      settled(call, permit.tokens);
    }
  }

  /** The upstream wants to be left alone. */
  public void pause(Duration time) {
    Duration heeded = time.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : time;
    pausedUntil = Math.max(pausedUntil, nanos.getAsLong() + heeded.toNanos());
    changed = true;
  }

  /** What the owner should hear now, if anything. To be asked after every change, and often. */
  public Optional<Demand> demand() {
    long now = nanos.getAsLong();
    boolean waiting = sent > answered;
    boolean late = now - sent >= beat();
    boolean something = !asked.isEmpty() || !running.isEmpty() || !ended.isEmpty();
    if (late) {
      running.values().forEach(permit -> progress(permit, now));
    }
    if (changed && !waiting) {
      return Optional.of(tell(now));
    }
    return late && (changed || something || changedSince > answered)
        ? Optional.of(tell(now))
        : Optional.empty();
  }

  private long beat() {
    return Math.min(BEAT.toNanos(), limit.window().toNanos() / SHORT);
  }

  /** Half of what was counted: where there is no tokenizer it may be twice what really came. */
  private void progress(Permit permit, long now) {
    long age = now - permit.since;
    if (permit.phase == Use.Phase.STARTED && age >= connect) {
      permit.phase = Use.Phase.ARRIVED;
    }
    if (permit.phase == Use.Phase.ARRIVED && age >= limit.window().toNanos() / SHORT) {
      permit.used =
          Math.max(permit.used, Math.min(permit.tokens, permit.input + permit.output / 2));
    }
  }

  private Demand tell(long now) {
    sent = Math.max(sent + 1, now);
    if (changed) {
      changedSince = sent;
      changed = false;
    }
    ended.replaceAll((permit, told) -> Math.min(told, sent));
    List<Use> uses = new ArrayList<>();
    asked.forEach(permit -> uses.add(permit.use()));
    running.values().forEach(permit -> uses.add(permit.use()));
    ended.keySet().forEach(permit -> uses.add(permit.use()));
    return new Demand(limit, member, sent, uses, Math.max(0, pausedUntil - now));
  }

  /** Whether calls wait for an owner that has long been silent. */
  public boolean isCutOff() {
    return !asked.isEmpty() && nanos.getAsLong() - heard > SILENCE.toNanos();
  }

  /** Whether the owner knows all there is to know, and nothing is to come. */
  public boolean isIdle() {
    return asked.isEmpty() && running.isEmpty() && ended.isEmpty() && isKnown();
  }

  private boolean isKnown() {
    return !changed && changedSince <= answered;
  }

  /** About how long calls take to start that have so many calls and tokens before them. */
  public Duration waitFor(long calls, long tokens) {
    double windows = Math.max((double) calls / limit.requests(), (double) tokens / limit.tokens());
    return Duration.ofMillis((long) Math.min(1e9, windows * limit.window().toMillis()));
  }
}
