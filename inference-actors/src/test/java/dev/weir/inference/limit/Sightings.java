package dev.weir.inference.limit;

import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongFunction;

/**
 * What an upstream sees, and when: a request with its input, then its output as it makes it. Thread
 * safe.
 */
public final class Sightings {

  private record Seen(long at, long requests, long tokens) {}

  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

  public void see(long at, long requests, long tokens) {
    seen.add(new Seen(at, requests, tokens));
  }

  public long mostRequests(long window) {
    return most(window, Seen::requests);
  }

  public long mostTokens(long window) {
    return most(window, Seen::tokens);
  }

  /** The most in any sliding window. */
  private long most(long window, ToLongFunction<Seen> amount) {
    List<Seen> inOrder = seen.stream().sorted(Comparator.comparingLong(Seen::at)).toList();
    long sum = 0;
    long most = 0;
    int first = 0;
    for (Seen last : inOrder) {
      sum += amount.applyAsLong(last);
      while (inOrder.get(first).at() <= last.at() - window) {
        sum -= amount.applyAsLong(inOrder.get(first++));
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  public long requests(long from, long to) {
    return sum(from, to, Seen::requests);
  }

  public long tokens(long from, long to) {
    return sum(from, to, Seen::tokens);
  }

  private long sum(long from, long to, ToLongFunction<Seen> amount) {
    return seen.stream()
        .filter(event -> event.at() >= from && event.at() < to)
        .mapToLong(amount)
        .sum();
  }
}
