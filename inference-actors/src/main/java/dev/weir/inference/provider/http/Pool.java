package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.http.HttpCall.Origin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/**
 * The connections that serve nobody now, by origin, and those that are opened ahead of need. One
 * that was idle for {@value #IDLE_NANOS} ns is closed: upstreams close theirs after a minute or
 * more, and a call must not meet that. Its successor is opened before. Used on the loop alone, but
 * for {@link #idle}.
 */
final class Pool {

  private static final long IDLE_NANOS = 30_000_000_000L;

  /** Beyond it another takes its place. */
  private static final long FRESH_NANOS = 20_000_000_000L;

  private static final long OFTEN_MILLIS = 100;
  private static final long SELDOM_MILLIS = 5000;

  private final RandomGenerator random;
  private final BiConsumer<Origin, Duration> open;
  private final Map<Origin, Deque<Connection>> idle = new HashMap<>();
  private final Map<Origin, Spares> spares = new HashMap<>();
  private final Map<Origin, Integer> counts = new ConcurrentHashMap<>();

  /**
   * @param open opens one that serves nobody yet
   */
  Pool(RandomGenerator random, BiConsumer<Origin, Duration> open) {
    this.random = random;
    this.open = open;
  }

  /** How many lie ready. */
  int idle(Origin origin) {
    return counts.getOrDefault(origin, 0);
  }

  /** Keeps so many ready from now on; where there were some, none closes what lies ready. */
  void keep(Origin origin, int count, Duration connectTimeout, CompletableFuture<Done> there) {
    @Nullable Spares known = spares.get(origin);
    if (known == null && count == 0) {
      there.complete(Done.getInstance());
      return;
    }
    Spares kept = known == null ? new Spares(random) : known;
    spares.put(origin, kept);
    kept.want(count, connectTimeout, there);
    if (count == 0) {
      List.copyOf(idle.getOrDefault(origin, new ArrayDeque<>())).forEach(Connection::close);
    }
    fill(origin, kept, System.nanoTime());
    kept.settleIfReady(ready(origin, kept, System.nanoTime()));
  }

  /** The one that was used last, if there is any. */
  @Nullable Connection take(Origin origin) {
    @Nullable Deque<Connection> free = idle.get(origin);
    @Nullable Connection connection = free == null ? null : free.pollLast();
    if (connection != null) {
      count(origin);
      fill(origin);
    }
    return connection;
  }

  void put(Connection connection) {
    idle.computeIfAbsent(connection.origin(), origin -> new ArrayDeque<>()).addLast(connection);
    count(connection.origin());
  }

  /** A spare is open, and lies ready. */
  void opened(Connection spare) {
    put(spare);
    @Nullable Spares kept = spares.get(spare.origin());
    if (kept != null) {
      kept.opened();
      if (kept.wanted() == 0) {
        spare.close();
      }
    }
  }

  /** A spare could not be opened. */
  void failed(Origin origin, WeirError error) {
    @Nullable Spares kept = spares.get(origin);
    if (kept != null) {
      kept.failed(error, System.nanoTime());
    }
  }

  /** A connection is closed. */
  void closed(Connection connection) {
    Origin origin = connection.origin();
    @Nullable Deque<Connection> free = idle.get(origin);
    if (free == null || !free.remove(connection)) {
      return;
    }
    count(origin);
    @Nullable Spares kept = spares.get(origin);
    if (kept != null) {
      long now = System.nanoTime();
      if (!connection.served()) {
        kept.closed(now - connection.idleSince(), now);
      }
      fill(origin, kept, now);
    }
  }

  private void count(Origin origin) {
    Deque<Connection> free = idle.getOrDefault(origin, new ArrayDeque<>());
    if (free.isEmpty()) {
      idle.remove(origin);
      counts.remove(origin);
    } else {
      counts.put(origin, free.size());
    }
  }

  /** How many are fresh, at most as many as are wanted: whoever was used last is last. */
  private int ready(Origin origin, Spares kept, long now) {
    @Nullable Deque<Connection> free = idle.get(origin);
    if (free == null) {
      return 0;
    }
    int ready = 0;
    for (Iterator<Connection> last = free.descendingIterator();
        last.hasNext() && ready < kept.wanted() && now - last.next().idleSince() < FRESH_NANOS; ) {
      ready++;
    }
    return ready;
  }

  private void fill(Origin origin) {
    @Nullable Spares kept = spares.get(origin);
    if (kept != null) {
      fill(origin, kept, System.nanoTime());
    }
  }

  private void fill(Origin origin, Spares kept, long now) {
    int missing = kept.open(ready(origin, kept, now), now);
    for (int i = 0; i < missing; i++) {
      open.accept(origin, kept.connectTimeout());
    }
  }

  /** Closes what is old, opens what is missing; returns after how many ms to look again. */
  long tick(long now) {
    spares.values().removeIf(Spares::isOver);
    spares.forEach((origin, kept) -> fill(origin, kept, now));
    List<Connection> old = new ArrayList<>();
    for (Deque<Connection> free : idle.values()) {
      free.stream().filter(it -> now - it.idleSince() > IDLE_NANOS).forEach(old::add);
    }
    old.forEach(Connection::close);
    long wait = SELDOM_MILLIS;
    for (Spares kept : spares.values()) {
      long pause = kept.pauseLeft(now);
      wait = pause == 0 ? wait : Math.min(wait, Math.max(OFTEN_MILLIS, pause / 1_000_000));
    }
    return wait;
  }
}
