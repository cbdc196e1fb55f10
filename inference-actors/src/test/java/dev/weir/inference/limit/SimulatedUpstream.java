package dev.weir.inference.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/** Counts what it sees, and when: a request with its input, then its output as it makes it. */
final class SimulatedUpstream {

  record Seen(long at, long requests, long tokens) {}

  private final List<Seen> seen = new ArrayList<>();

  void see(long at, long requests, long tokens) {
    seen.add(new Seen(at, requests, tokens));
  }

  long mostRequests(long window) {
    return most(window, Seen::requests);
  }

  long mostTokens(long window) {
    return most(window, Seen::tokens);
  }

  /** The most in any sliding window. */
  private long most(long window, ToLongFunction<Seen> amount) {
    seen.sort(Comparator.comparingLong(Seen::at));
    long sum = 0;
    long most = 0;
    int first = 0;
    for (Seen last : seen) {
      sum += amount.applyAsLong(last);
      while (seen.get(first).at() <= last.at() - window) {
        sum -= amount.applyAsLong(seen.get(first++));
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  long requests(long from, long to) {
    return sum(from, to, Seen::requests);
  }

  long tokens(long from, long to) {
    return sum(from, to, Seen::tokens);
  }

  private long sum(long from, long to, ToLongFunction<Seen> amount) {
    return seen.stream()
        .filter(event -> event.at() >= from && event.at() < to)
        .mapToLong(amount)
        .sum();
  }
}
