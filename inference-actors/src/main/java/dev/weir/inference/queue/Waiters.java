package dev.weir.inference.queue;

import dev.weir.inference.catalog.Deployment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;

/**
 * What waits: how much of the room each user has, and until when each call will wait.
 *
 * <p>A user's share is that of the places or that of the tokens, whichever is larger, for its
 * weight (Ghodsi et al., "Dominant Resource Fairness", NSDI 2011). Not thread safe.
 */
final class Waiters<T> {

  private static final class Holding<T> {
    final LinkedHashSet<Place<T>> places = new LinkedHashSet<>();
    long tokens;
  }

  private final Map<String, Holding<T>> users = new HashMap<>();
  private final TreeSet<Place<T>> dues =
      new TreeSet<>(
          Comparator.<Place<T>>comparingLong(Place::dueAt).thenComparingLong(Place::number));
  private int requests;
  private long tokens;
  private long numbered;

  /** One begins to wait, until {@code dueAt} at most. */
  void enter(Place<T> place, long dueAt) {
    place.waits(dueAt, numbered++);
    Holding<T> holding = users.computeIfAbsent(user(place.claim), user -> new Holding<>());
    holding.places.add(place);
    holding.tokens += place.claim.tokens();
    dues.add(place);
    requests++;
    tokens += place.claim.tokens();
  }

  /** One waits no more. */
  void leave(Place<T> place) {
    Holding<T> holding = users.get(user(place.claim));
    if (holding != null && holding.places.remove(place)) {
      holding.tokens -= place.claim.tokens();
      dues.remove(place);
      requests--;
      tokens -= place.claim.tokens();
      if (holding.places.isEmpty()) {
        users.remove(user(place.claim));
      }
    }
  }

  /** How long the least patient still waits. */
  long leastLeft(long now) {
    return dues.isEmpty() ? Long.MAX_VALUE : dues.first().left(now);
  }

  /** Those who should have had their slot by now. */
  List<T> overdue(long now) {
    List<T> overdue = new ArrayList<>();
    for (Place<T> place : dues) {
      if (place.dueAt() >= now) {
        break;
      }
      overdue.add(place.entry);
    }
    return overdue;
  }

  /**
   * Who makes room for a call where there is none: the newest calls of those with the largest
   * shares, as long as these are larger than that of who comes would be. Empty when that is not
   * enough.
   */
  List<T> yielding(Claim comes, Deployment.Queue bounds) {
    double share = shareWith(comes, bounds);
    PriorityQueue<Yield> others =
        new PriorityQueue<>(Comparator.comparingDouble(Yield::share).reversed());
    users.forEach(
        (user, holding) -> {
          if (!user.equals(user(comes))) {
            others.add(new Yield(holding, bounds));
          }
        });
    List<T> yielding = new ArrayList<>();
    long excess = requests + 1L - bounds.maxRequests();
    long excessTokens = tokens + comes.tokens() - bounds.maxTokens();
    while (excess > 0 || excessTokens > 0) {
      Yield most = others.poll();
      if (most == null || most.share() <= share) {
        return List.of();
      }
      Place<T> place = most.giveUp();
      yielding.add(place.entry);
      excess--;
      excessTokens -= place.claim.tokens();
      if (most.left > 0) {
        others.add(most);
      }
    }
    return yielding;
  }

  private double shareWith(Claim comes, Deployment.Queue bounds) {
    Holding<T> held = users.get(user(comes));
    int places = held == null ? 1 : held.places.size() + 1;
    return share(places, (held == null ? 0 : held.tokens) + comes.tokens(), comes, bounds);
  }

  private static double share(int places, long tokens, Claim of, Deployment.Queue bounds) {
    double ofPlaces = (double) places / Math.max(1, bounds.maxRequests());
    double ofTokens = (double) tokens / Math.max(1, bounds.maxTokens());
    return Math.max(ofPlaces, ofTokens) / of.asker().weight();
  }

  private static String user(Claim claim) {
    return claim.asker().user();
  }

  /** What a user would have left, were its newest calls gone. */
  private final class Yield {

    private final Deployment.Queue bounds;
    private final Claim oldest;
    private final Iterator<Place<T>> newest;
    private int left;
    private long tokensLeft;

    Yield(Holding<T> holding, Deployment.Queue bounds) {
      this.bounds = bounds;
      oldest = holding.places.getFirst().claim;
      newest = holding.places.reversed().iterator();
      left = holding.places.size();
      tokensLeft = holding.tokens;
    }

    double share() {
      return Waiters.share(left, tokensLeft, oldest, bounds);
    }

    Place<T> giveUp() {
      Place<T> place = newest.next();
      left--;
      tokensLeft -= place.claim.tokens();
      return place;
    }
  }
}
