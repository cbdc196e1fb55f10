package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Deployment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A full queue's room is shared by users, whoever came first. */
class WaitersTest {

  private static final int PLACES = 20;
  private static final int TOKENS = 1_000;

  private final FairQueue<String> queue = queue();

  private static FairQueue<String> queue() {
    return new FairQueue<>(1, new Deployment.Queue(PLACES, TOKENS), () -> 0);
  }

  private static Claim claim(String user, int weight, long tokens) {
    return new Claim(new Asker(user, weight, Workload.INTERACTIVE), tokens, tokens);
  }

  @Test
  void theNewestCallOfWhoHasMostMakesRoom() {
    fill("big", PLACES + 1);
    queue.remove("big" + PLACES);
    queue.add("small", claim("small", 1, 1));
    assertThat(queue.makeRoom(claim("new", 1, 1))).containsExactly("big" + (PLACES - 1));
  }

  @Test
  void whoHasMostItselfPushesNobodyOut() {
    fill("big", PLACES);
    queue.add("small", claim("small", 1, 1));
    assertThat(queue.makeRoom(claim("big", 1, 1))).isEmpty();
  }

  @Test
  void aLargeCallPushesOutManyOrNone() {
    fill("big", 10);
    queue.add("huge", claim("big", 1, TOKENS - 9));
    assertThat(queue.makeRoom(claim("new", 1, TOKENS))).isEmpty();
    assertThat(queue.makeRoom(claim("new", 1, 2 * TOKENS))).isEmpty();
    assertThat(queue.waiting()).isEqualTo(10);
    assertThat(queue.makeRoom(claim("new", 1, 300))).containsExactly("huge");
  }

  @Test
  void aWeightIsAShareOfTheRoomToo() {
    queue.add("runs", claim("x", 1, 1));
    for (int call = 0; call < PLACES; call++) {
      queue.add("u" + call, claim(call % 2 == 0 ? "heavy" : "light", call % 2 == 0 ? 3 : 1, 1));
    }
    assertThat(queue.makeRoom(claim("heavy", 3, 1))).containsExactly("u19");
    queue.add("u20", claim("heavy", 3, 1));
    assertThat(queue.makeRoom(claim("new", 1, 1))).containsExactly("u17");
  }

  private void fill(String user, int calls) {
    for (int call = 0; call < calls; call++) {
      queue.add(user + call, claim(user, 1, 1));
    }
  }

  @Test
  void noUserCanKeepAnotherFromItsPartOfTheRoom() {
    for (long seed = 0; seed < 200; seed++) {
      Crowd crowd = new Crowd(seed);
      for (int step = 0; step < 500; step++) {
        crowd.step();
      }
      assertThat(crowd.pushed).as("seed %d: pushed out", seed).isPositive();
      assertThat(crowd.refused).as("seed %d: refused", seed).isPositive();
    }
  }

  /** Users who ask for more or less at random, by a model of what waits of whom. */
  private static final class Crowd {

    private final Random random;
    private final FairQueue<String> queue = queue();
    private final Map<String, List<String>> waiting = new HashMap<>();
    private final Map<String, Long> tokens = new HashMap<>();
    private int calls;
    int pushed;
    int refused;

    Crowd(long seed) {
      random = new Random(seed);
      queue.add("runs", claim("nobody", 1, 1));
    }

    void step() {
      int user = random.nextInt(4);
      boolean many = random.nextInt(5) == 0;
      for (int call = 0; call < (many ? 10 : 1); call++) {
        arrive("u" + user, 1 + user % 2, 1 + random.nextInt(user == 3 ? 300 : 60));
      }
      if (random.nextInt(3) == 0 && queue.waiting() > 0) {
        List<String> order = queue.order();
        leave(order.get(random.nextInt(order.size())));
      }
    }

    private void arrive(String user, int weight, long size) {
      Claim claim = claim(user, weight, size);
      if (queue.isFull(size)) {
        List<String> yielding = queue.makeRoom(claim);
        double mine = share(user, 1, size);
        if (yielding.isEmpty()) {
          refused++;
          assertThat(mine).as("nobody is refused its part").isGreaterThan(1.0 / 6);
          return;
        }
        for (String newest : yielding) {
          String from = newest.substring(0, 2);
          pushed++;
          assertThat(share(from, 0, 0)).isGreaterThan(mine);
          assertThat(newest).isEqualTo(waiting.get(from).getLast());
          waiting
              .keySet()
              .forEach(
                  other -> assertThat(most(other, user)).isLessThanOrEqualTo(share(from, 0, 0)));
          forget(newest);
        }
      }
      String name = user + "-" + calls++;
      queue.add(name, claim);
      waiting.computeIfAbsent(user, first -> new ArrayList<>()).add(name);
      tokens.put(name, size);
      assertThat(queue.waiting()).isLessThanOrEqualTo(PLACES);
      assertThat(tokens.values().stream().mapToLong(Long::longValue).sum())
          .isLessThanOrEqualTo(TOKENS);
    }

    private double most(String other, String comes) {
      return other.equals(comes) ? 0 : share(other, 0, 0);
    }

    private double share(String user, int moreCalls, long moreTokens) {
      List<String> of = waiting.getOrDefault(user, List.of());
      long sum = of.stream().mapToLong(tokens::get).sum() + moreTokens;
      int weight = 1 + (user.charAt(1) - '0') % 2;
      return Math.max((double) (of.size() + moreCalls) / PLACES, (double) sum / TOKENS) / weight;
    }

    private void leave(String name) {
      queue.remove(name);
      forget(name);
    }

    private void forget(String name) {
      waiting.get(name.substring(0, 2)).remove(name);
      tokens.remove(name);
    }
  }
}
