package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.node.Await;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes share one upstream key, and the upstream counts. */
class LimitTest {

  private static final String ALL = "gateway, orchestrator, inference";

  @TempDir private Path data;

  private record Allowed(long requests, long tokens, Duration window) {

    /** Per minute, as it is configured. */
    long requestsPerMinute() {
      return requests * 60 / window.toSeconds();
    }

    long tokensPerMinute() {
      return tokens * 60 / window.toSeconds();
    }
  }

  @Test
  void threeNodesSendNoMoreThanOneMay() {
    Allowed allowed = new Allowed(30, 100_000, Duration.ofSeconds(5));
    try (CountingUpstream upstream = new CountingUpstream();
        TestCluster cluster = start(upstream, allowed, TestCluster.PATIENT);
        Crowd crowd = new Crowd(cluster, 0, 1, 2)) {
      long began = crowd.begin();
      Await.until(
          "three windows' requests",
          () -> upstream.seen().requests(began, Long.MAX_VALUE) >= 3 * allowed.requests());
      assertNeverMore(upstream, allowed);
    }
  }

  @Test
  @Tag("acceptance")
  void aRealMinuteOfRequestsAlsoWhileTheOwnerDies() {
    survives(new Allowed(60, 100_000, Duration.ofMinutes(1)));
  }

  @Test
  @Tag("acceptance")
  void aRealMinuteOfTokensAlsoWhileTheOwnerDies() {
    survives(new Allowed(200, 10_000, Duration.ofMinutes(1)));
  }

  @Test
  @Tag("acceptance")
  void aRealMinuteOfBothAlsoWhileTheOwnerDies() {
    survives(new Allowed(60, 10_000, Duration.ofMinutes(1)));
  }

  /** The node that joined first has the owner. */
  private void survives(Allowed allowed) {
    try (CountingUpstream upstream = new CountingUpstream();
        TestCluster cluster = start(upstream, allowed, "");
        Crowd crowd = new Crowd(cluster, 1, 2)) {
      long window = allowed.window().toNanos();
      long killed = crowd.begin() + window * 5 / 2;
      until(killed);
      cluster.node(0).kill();
      long again = killed + Duration.ofSeconds(15).toNanos();
      until(again + window * 2);
      assertNeverMore(upstream, allowed);
      assertUsed(upstream, allowed, again, again + window);
      assertUsed(upstream, allowed, again + window, again + window * 2);
    }
  }

  private static void until(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(nanos - System.nanoTime());
    }
  }

  private static void assertNeverMore(CountingUpstream upstream, Allowed allowed) {
    long window = allowed.window().toNanos();
    assertThat(upstream.seen().mostRequests(window)).isLessThanOrEqualTo(allowed.requests());
    assertThat(upstream.seen().mostTokens(window)).isLessThanOrEqualTo(allowed.tokens());
  }

  private static void assertUsed(CountingUpstream upstream, Allowed allowed, long from, long to) {
    double windows = (double) (to - from) / allowed.window().toNanos();
    double requests = upstream.seen().requests(from, to) / windows / allowed.requests();
    double tokens = upstream.seen().tokens(from, to) / windows / allowed.tokens();
    System.out.printf("used %.3f of the requests, %.3f of the tokens%n", requests, tokens);
    assertThat(Math.max(requests, tokens)).isGreaterThanOrEqualTo(0.9);
  }

  private TestCluster start(CountingUpstream upstream, Allowed allowed, String patience) {
    String settings =
        patience
            + """
            weir.limits.key {
              requests-per-minute = %d, tokens-per-minute = %d, window = %ds
            }
            weir.deployments.one {
              provider = openai, base-url = "%s", limit = key, max-output = 120
            }
            weir.deployments.other = ${weir.deployments.one}
            weir.models { one { deployments = [one] }, other { deployments = [other] } }
            """
                .formatted(
                    allowed.requestsPerMinute(),
                    allowed.tokensPerMinute(),
                    allowed.window().toSeconds(),
                    upstream.url());
    TestCluster cluster = TestCluster.empty(data, settings);
    try {
      for (int node = 0; node < 3; node++) {
        cluster.add(ALL, "");
      }
      return cluster;
    } catch (RuntimeException | AssertionError failed) {
      cluster.close();
      throw failed;
    }
  }

  /** Clients that ask again as soon as they have an answer, more of them than may be served. */
  private static final class Crowd implements AutoCloseable {

    private static final int EACH = 20;

    private final TestCluster cluster;
    private final int[] nodes;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> clients = new ArrayList<>();

    Crowd(TestCluster cluster, int... nodes) {
      this.cluster = cluster;
      this.nodes = nodes;
    }

    long begin() {
      for (int node : nodes) {
        for (int client = 0; client < EACH; client++) {
          String model = client % 2 == 0 ? "one" : "other";
          clients.add(Thread.startVirtualThread(() -> ask(node, model)));
        }
      }
      return System.nanoTime();
    }

    private void ask(int node, String model) {
      String body =
          "{\"model\":\"%s\",\"input\":\"Go on.\",\"max_output_tokens\":110,\"store\":false}"
              .formatted(model);
      while (!over.get()) {
        try {
          cluster.post(node, "/v1/responses", body);
        } catch (UncheckedIOException | IllegalStateException closed) {
          LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
      }
    }

    @Override
    public void close() {
      over.set(true);
      clients.forEach(Thread::interrupt);
    }
  }
}
