package dev.weir.inference.limit;

import static dev.weir.inference.limit.SimulatedCluster.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.catalog.Limit;
import dev.weir.inference.limit.SimulatedCluster.Traffic;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In no sliding minute more than the limit, whatever happens; and nearly all of it, as a rule. */
class LimitSimulationTest {

  private static final Limit REQUESTS =
      new Limit("limits.key", 60, 1_000_000, Duration.ofMinutes(1));
  private static final Limit TOKENS = new Limit("limits.key", 1_000, 10_000, Duration.ofMinutes(1));
  private static final Limit BOTH = new Limit("limits.key", 60, 10_000, Duration.ofMinutes(1));
  private static final Traffic SHORT =
      new Traffic(80, 120, 60, Duration.ofMillis(300), Duration.ofSeconds(1), false);
  private static final Traffic LONG =
      new Traffic(100, 400, 300, Duration.ofSeconds(1), Duration.ofSeconds(20), false);

  @Test
  void nearlyAllRequestsOfTheLimitAreUsed() {
    SimulatedCluster cluster = new SimulatedCluster(1, REQUESTS, SHORT, 3);
    cluster.run(400 * SECOND);
    assertNeverMore(cluster);
    assertThat(cluster.upstream.requests(0, 360 * SECOND)).isGreaterThan(54 * 6);
    for (int from = 120; from < 340; from += 5) {
      assertThat(cluster.upstream.requests(from * SECOND, (from + 60) * SECOND)).isGreaterThan(54);
    }
    assertThat(cluster.present()).allMatch(node -> node.started > 80);
  }

  @Test
  void nearlyAllTokensOfTheLimitAreUsed() {
    assertThat(tokensInSixMinutes(SHORT)).isGreaterThan(54_000);
  }

  /** What long answers may still take is kept for them. */
  @Test
  void mostTokensOfTheLimitAreUsedByLongAnswers() {
    assertThat(tokensInSixMinutes(LONG)).isGreaterThan(48_000);
  }

  private static long tokensInSixMinutes(Traffic traffic) {
    SimulatedCluster cluster = new SimulatedCluster(2, TOKENS, traffic, 3);
    cluster.run(400 * SECOND);
    assertNeverMore(cluster);
    return cluster.upstream.tokens(0, 360 * SECOND);
  }

  @Test
  void whoTakesOverGoesOnWithWhatIsLeft() {
    for (int seed = 0; seed < 30; seed++) {
      SimulatedCluster cluster =
          new SimulatedCluster(seed, seed % 2 == 0 ? REQUESTS : TOKENS, SHORT, 3);
      long killed = (130 + cluster.random.nextInt(60)) * SECOND;
      cluster.run(killed);
      cluster.kill(cluster.owner());
      cluster.run(killed + 80 * SECOND);
      assertNeverMore(cluster, seed);
      long from = killed + 15 * SECOND;
      long requests = cluster.upstream.requests(from, from + 60 * SECOND);
      long tokens = cluster.upstream.tokens(from, from + 60 * SECOND);
      assertThat(Math.max(requests / 60.0, tokens / 10_000.0))
          .as("seed %d: %d requests, %d tokens", seed, requests, tokens)
          .isGreaterThan(0.9);
    }
  }

  @Test
  void neverMoreThanTheLimitWhateverHappens() {
    troubles(0, 60);
  }

  @Test
  @Tag("acceptance")
  void neverMoreThanTheLimitWhateverHappensFor() {
    troubles(1_000, 3_000);
  }

  private static void troubles(int from, int seeds) {
    for (int seed = from; seed < from + seeds; seed++) {
      Random random = new Random(seed);
      SimulatedCluster cluster =
          new SimulatedCluster(
              seed,
              random.nextBoolean() ? BOTH : TOKENS,
              (random.nextBoolean() ? SHORT : LONG).cancelled(),
              1 + random.nextInt(5));
      for (int trouble = 0; trouble < 12; trouble++) {
        trouble(cluster, random);
        cluster.run(cluster.now() + random.nextInt(40) * SECOND);
      }
      assertNeverMore(cluster, seed);
    }
  }

  private static void trouble(SimulatedCluster cluster, Random random) {
    int which = random.nextInt(cluster.present().size());
    SimulatedNode node = random.nextBoolean() ? cluster.owner() : cluster.present().get(which);
    SimulatedNode other = cluster.present().get(random.nextInt(cluster.present().size()));
    switch (random.nextInt(7)) {
      case 0 -> removable(cluster, () -> cluster.kill(node));
      case 1 -> removable(cluster, () -> cluster.pause(node, random.nextInt(60) * SECOND));
      case 2 -> cluster.pause(node, random.nextInt(4_000) * SimulatedCluster.MILLI);
      case 3 -> cluster.cut(node.name, other.name);
      case 4 -> cluster.heal();
      case 5 -> cluster.loss(random.nextInt(4) * 0.1);
      default -> cluster.join();
    }
  }

  /** The last one stays: with it goes all that is known. */
  private static void removable(SimulatedCluster cluster, Runnable trouble) {
    if (cluster.staying() > 1) {
      trouble.run();
    }
  }

  private static void assertNeverMore(SimulatedCluster cluster) {
    assertNeverMore(cluster, 0);
  }

  private static void assertNeverMore(SimulatedCluster cluster, int seed) {
    long window = cluster.limit.window().toNanos();
    assertThat(cluster.upstream.mostRequests(window))
        .as("requests, seed %d", seed)
        .isLessThanOrEqualTo(cluster.limit.requests());
    assertThat(cluster.upstream.mostTokens(window))
        .as("tokens, seed %d", seed)
        .isLessThanOrEqualTo(cluster.limit.tokens());
  }
}
