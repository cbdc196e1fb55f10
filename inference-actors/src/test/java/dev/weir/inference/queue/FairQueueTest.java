package dev.weir.inference.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.inference.catalog.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  private long nanos;
  private final FairQueue<String> queue = queue(1, 1_000, 1_000_000);

  private FairQueue<String> queue(int slots, int requests, long tokens) {
    return new FairQueue<>(slots, new Deployment.Queue(requests, tokens), () -> nanos);
  }

  private static Claim claim(String user, long tokens) {
    return claim(user, 1, Workload.INTERACTIVE, tokens);
  }

  private static Claim claim(String user, int weight, Workload workload, long tokens) {
    return new Claim(new Asker(user, weight, workload), tokens, tokens);
  }

  /** Ends what runs, again and again; returns what started, in order. */
  private List<String> drain(String running) {
    List<String> started = new ArrayList<>();
    for (Optional<String> next = queue.remove(running);
        next.isPresent();
        next = queue.remove(next.get())) {
      started.add(next.get());
    }
    return started;
  }

  @Test
  void slotsThenPlacesThenNothing() {
    FairQueue<String> small = queue(1, 2, 100);
    assertThat(small.add("a", claim("u", 10))).isTrue();
    assertThat(small.add("b", claim("u", 10))).isFalse();
    assertThat(small.add("c", claim("u", 10))).isFalse();
    assertThat(small.isFull(10)).isTrue();
    assertThatThrownBy(() -> small.add("d", claim("u", 10)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aGateHoldsBackWhoseTurnItIsAndIsAskedOnceForEachStart() {
    AtomicInteger permits = new AtomicInteger();
    FairQueue<String> gated =
        new FairQueue<>(
            2,
            new Deployment.Queue(2, 100),
            () -> 0,
            claim -> permits.getAndUpdate(left -> Math.max(0, left - 1)) > 0);
    assertThat(gated.add("a", claim("u", 10))).isFalse();
    assertThat(gated.add("b", claim("u", 20))).isFalse();
    assertThat(gated.isFull(10)).isTrue();
    assertThat(gated.ready(9)).extracting(Claim::tokens).containsExactly(10L, 20L);
    assertThat(gated.proceed()).isEmpty();
    permits.set(1);
    assertThat(gated.proceed()).contains("a");
    assertThat(gated.proceed()).isEmpty();
    assertThat(gated.ready(9)).extracting(Claim::tokens).containsExactly(20L);
    assertThat(gated.remove("a")).isEmpty();
    permits.set(1);
    assertThat(gated.proceed()).contains("b");
  }

  @Test
  void aheadIsOnlyWhoseNextCallIsLargeNotWhoseLastIs() {
    FairQueue<String> two = queue(2, 1_000, 1_000_000);
    two.add("r1", claim("runs", 10));
    two.add("r2", claim("runs", 10));
    two.add("a1", claim("alice", 50));
    two.add("a2", claim("alice", 10));
    two.add("a3", claim("alice", 10_000));
    for (String call : List.of("b1", "b2", "b3", "b4")) {
      two.add(call, claim("bob", 50));
    }
    assertThat(two.remove("r1")).contains("a1");
    assertThat(two.remove("r2")).contains("b1");
  }

  @Test
  void moreSlotsStartThoseWhoseTurnItIs() {
    queue.add("a1", claim("alice", 10));
    queue.add("a2", claim("alice", 10));
    queue.add("a3", claim("alice", 10));
    queue.add("b1", claim("bob", 10));
    assertThat(queue.resize(3, new Deployment.Queue(1, 1_000))).containsExactly("b1", "a2");
    assertThat(queue.running()).isEqualTo(3);
    assertThat(queue.isFull(1)).isTrue();
  }

  @Test
  void fewerSlotsTakeNoneFromWhoRuns() {
    FairQueue<String> three = queue(3, 10, 1_000);
    List.of("a", "b", "c", "d").forEach(call -> three.add(call, claim("u", 10)));
    assertThat(three.resize(1, new Deployment.Queue(1, 0))).isEmpty();
    assertThat(three.running()).isEqualTo(3);
    assertThat(three.remove("a")).isEmpty();
    assertThat(three.remove("b")).isEmpty();
    assertThat(three.remove("c")).contains("d");
    assertThat(three.isFull(0)).isFalse();
    assertThat(three.isFull(1)).isTrue();
  }

  @Test
  void waitingTokensAreBounded() {
    FairQueue<String> small = queue(1, 9, 100);
    small.add("a", claim("u", 1_000));
    assertThat(small.add("b", claim("u", 90))).isFalse();
    assertThat(small.isFull(11)).isTrue();
    assertThat(small.add("c", claim("u", 10))).isFalse();
  }

  @Test
  void whatIsCancelledWhileWaitingGivesItsPlaceBackAndNeverStarts() {
    queue.add("a", claim("u", 1));
    queue.add("b", claim("u", 100));
    queue.add("c", claim("v", 100));
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.remove("b")).isEmpty();
    assertThat(queue.waiting()).isEqualTo(1);
    assertThat(drain("a")).containsExactly("c");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void theCallsOfOneUserStartInTheirOrder() {
    queue.add("a", claim("u", 1));
    queue.add("b", claim("u", 100));
    queue.add("c", claim("u", 1));
    assertThat(drain("a")).containsExactly("b", "c");
  }

  @Test
  void usersTakeTurnsHoweverManyCallsOneHas() {
    queue.add("u1", claim("u", 10));
    queue.add("u2", claim("u", 10));
    queue.add("u3", claim("u", 10));
    queue.add("u4", claim("u", 10));
    queue.add("v1", claim("v", 10));
    queue.add("v2", claim("v", 10));
    assertThat(drain("u1")).containsExactly("v1", "u2", "v2", "u3", "u4");
  }

  @Test
  void whoAsksForLessAtOnceGetsMoreCalls() {
    queue.add("u1", claim("u", 30));
    queue.add("u2", claim("u", 30));
    queue.add("u3", claim("u", 30));
    for (int call = 1; call < 5; call++) {
      queue.add("v" + call, claim("v", 10));
    }
    assertThat(drain("u1")).containsExactly("u2", "v1", "v2", "v3", "u3", "v4");
  }

  @Test
  void outputCountsTwiceAndWhileItComes() {
    queue.add("u1", new Claim(new Asker("u", 1, Workload.INTERACTIVE), 10, 1_000));
    queue.add("v1", claim("v", 10));
    queue.add("v2", claim("v", 10));
    queue.add("v3", claim("v", 10));
    queue.add("v4", claim("v", 10));
    queue.add("u2", claim("u", 10));
    queue.produced("u1", 12);
    assertThat(drain("u1")).containsExactly("v1", "v2", "v3", "u2", "v4");
  }

  @Test
  void whatWasCancelledBeforeItsOutputCameIsNotChargedForThat() {
    queue.add("u1", new Claim(new Asker("u", 1, Workload.INTERACTIVE), 10, 1_000));
    queue.add("v1", claim("v", 10));
    queue.add("v2", claim("v", 10));
    queue.add("u2", claim("u", 10));
    assertThat(drain("u1")).containsExactly("u2", "v1", "v2");
  }

  @Test
  void aWeightIsAShare() {
    queue.add("x", claim("x", 0));
    for (int call = 0; call < 40; call++) {
      queue.add("u" + call, claim("u", 3, Workload.INTERACTIVE, 10));
      queue.add("v" + call, claim("v", 1, Workload.INTERACTIVE, 10));
    }
    assertThat(drain("x").subList(0, 40).stream().filter(call -> call.startsWith("u")))
        .hasSizeBetween(29, 31);
  }

  @Test
  void whoReturnsMakesUpForNothing() {
    queue.add("x", claim("u", 10));
    queue.add("v0", claim("v", 10));
    for (int call = 0; call < 20; call++) {
      queue.add("u" + call, claim("u", 10));
    }
    String running = "x";
    for (int call = 0; call < 10; call++) {
      running = queue.remove(running).orElseThrow();
    }
    for (int call = 1; call < 5; call++) {
      queue.add("v" + call, claim("v", 10));
    }
    assertThat(drain(running).subList(0, 4)).filteredOn(call -> call.startsWith("v")).hasSize(2);
  }

  @Test
  void interactiveWorkGoesFirstAndBackgroundWorkGetsItsTenth() {
    queue.add("x", claim("x", 10));
    for (int call = 0; call < 100; call++) {
      queue.add("b" + call, claim("b", 1, Workload.BACKGROUND, 10));
      queue.add("i" + call, claim("i", 10));
    }
    List<String> started = drain("x");
    for (int ten = 0; ten < 10; ten++) {
      assertThat(started.subList(10 * ten, 10 * ten + 10))
          .filteredOn(call -> call.startsWith("b"))
          .containsExactly("b" + ten);
    }
  }

  @Test
  void whoWaitsForLessIsNextOfThoseThatAreAboutEqual() {
    FairQueue<String> two = queue(2, 1_000, 1_000_000);
    two.add("x", claim("u", 10));
    two.add("y", claim("u", 10));
    two.add("u1", claim("u", 10));
    two.add("u2", claim("u", 10));
    two.add("v1", claim("v", 12));
    assertThat(two.order()).containsExactly("v1", "u1", "u2");
    assertThat(two.remove("x")).contains("v1");
    two.add("v2", claim("v", 12));
    assertThat(two.order()).containsExactly("v2", "u1", "u2");
    assertThat(two.remove("v1")).contains("v2");
    two.add("v3", claim("v", 12));
    assertThat(two.order()).containsExactly("u1", "u2", "v3");
  }

  @Test
  void whoWaitsKnowsItsPosition() {
    queue.add("x", claim("u", 10));
    queue.add("u1", claim("u", 10));
    queue.add("u2", claim("u", 10));
    queue.add("b1", claim("u", 1, Workload.BACKGROUND, 10));
    queue.add("v1", claim("v", 10));
    assertThat(queue.order()).containsExactly("v1", "u1", "u2", "b1");
    assertThat(queue.position("u1")).isEqualTo(2);
    assertThat(queue.position("x")).isZero();
    assertThat(queue.position("y")).isZero();
    assertThat(drain("x")).containsExactly("v1", "u1", "u2", "b1");
  }

  @Test
  void whoIsSentAwayComesBackWhenThereIsRoom() {
    FairQueue<Integer> busy = new FairQueue<>(4, new Deployment.Queue(100, 1_000_000), () -> nanos);
    int ended = 0;
    int added = 0;
    for (; added < 104; added++) {
      busy.add(added, claim("u", 10));
    }
    for (int second = 0; second < 40; second++) {
      nanos += TimeUnit.SECONDS.toNanos(1);
      for (int call = 0; call < 2; call++) {
        busy.remove(ended++);
        busy.add(added++, claim("u", 10));
      }
    }
    assertThat(busy.refuse(10)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    for (int sent = 0; sent < 18; sent++) {
      busy.refuse(10);
    }
    assertThat(busy.refuse(10)).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
    for (int sent = 0; sent < 1_000; sent++) {
      busy.refuse(10);
    }
    assertThat(busy.refuse(10)).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void whoNeedsTheRoomOfManyComesBackLater() {
    FairQueue<Integer> busy = new FairQueue<>(1, new Deployment.Queue(1_000, 100), () -> nanos);
    for (int call = 0; call < 11; call++) {
      busy.add(call, claim("u", 10));
    }
    nanos += TimeUnit.SECONDS.toNanos(5);
    assertThat(busy.refuse(50)).isEqualTo(Duration.ofSeconds(25));
  }

  @Test
  void tenThousandWaitingOfAsManyUsersAreForgottenWithTheirCalls() {
    FairQueue<Integer> large =
        new FairQueue<>(4, new Deployment.Queue(10_000, Long.MAX_VALUE), () -> nanos);
    for (int call = 0; call < 10_004; call++) {
      large.add(call, claim("u" + call, 10 + call % 7));
    }
    assertThat(large.waiting()).isEqualTo(10_000);
    assertThat(large.users()).isEqualTo(10_004);
    assertThat(large.order()).hasSize(10_000).doesNotHaveDuplicates();
    for (int call = 0; call < 10_004; call += 2) {
      large.remove(call);
    }
    for (int call = 1; call < 10_004; call += 2) {
      large.remove(call);
    }
    assertThat(large.isEmpty()).isTrue();
    large.add(-1, claim("u", 1_000));
    assertThat(large.users()).isEqualTo(1);
  }

  @Test
  void ofUsersThatAreNeitherForgottenNorHereAtMostSoManyAreKept() {
    FairQueue<Integer> large =
        new FairQueue<>(1, new Deployment.Queue(10, Long.MAX_VALUE), () -> nanos);
    for (int call = 0; call < 2 * Lane.MOST_IDLE; call++) {
      large.add(call, new Claim(new Asker("u" + call, 1, Workload.INTERACTIVE), 1, 1_000_000));
      large.add(-1 - call, claim("other", 0));
      large.produced(call, 1_000_000);
      large.remove(call);
      large.remove(-1 - call);
    }
    assertThat(large.users()).isLessThanOrEqualTo(Lane.MOST_IDLE + 1);
  }
}
