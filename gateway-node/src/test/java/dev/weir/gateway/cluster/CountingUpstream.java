package dev.weir.gateway.cluster;

import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongFunction;

/**
 * An OpenAI-compatible server that counts each request, its input, and its output as it sends it.
 */
final class CountingUpstream implements AutoCloseable {

  /** What it says that the input of every request is; less than Weir's own bound. */
  static final int INPUT = 20;

  static final int OUTPUT = 100;

  private static final int CHUNKS = 10;

  private record Seen(long nanos, long requests, long tokens) {}

  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final ScriptedUpstream server = ScriptedUpstream.start(this::play);

  String url() {
    return server.url() + "/v1";
  }

  private void play(ScriptedUpstream.Exchange exchange) throws IOException {
    see(1, INPUT);
    exchange.events();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      see(0, OUTPUT / CHUNKS);
      exchange.event(
          "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
              .formatted("word ".repeat(OUTPUT / CHUNKS)));
    }
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}"
            .formatted(INPUT, OUTPUT));
    exchange.event("[DONE]").end();
  }

  private void see(long requests, long tokens) {
    seen.add(new Seen(System.nanoTime(), requests, tokens));
  }

  long requests(long from, long to) {
    return sum(from, to, Seen::requests);
  }

  long tokens(long from, long to) {
    return sum(from, to, Seen::tokens);
  }

  private long sum(long from, long to, ToLongFunction<Seen> amount) {
    return seen.stream()
        .filter(event -> event.nanos() >= from && event.nanos() < to)
        .mapToLong(amount)
        .sum();
  }

  long mostRequests(long window) {
    return most(window, Seen::requests);
  }

  long mostTokens(long window) {
    return most(window, Seen::tokens);
  }

  /** The most in any sliding window. */
  private long most(long window, ToLongFunction<Seen> amount) {
    List<Seen> inOrder = new ArrayList<>(seen);
    inOrder.sort(Comparator.comparingLong(Seen::nanos));
    long sum = 0;
    long most = 0;
    int first = 0;
    for (Seen last : inOrder) {
      sum += amount.applyAsLong(last);
      while (inOrder.get(first).nanos() <= last.nanos() - window) {
        sum -= amount.applyAsLong(inOrder.get(first++));
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  @Override
  public void close() {
    server.close();
  }
}
