package dev.weir.bench.client;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.KillSwitch;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * CPU for one answer of 20 tokens with 64 asking at once, what the upstream can write while nobody
 * reads, and how soon it sees its socket closed when it has not answered yet.
 */
@Command(
    name = "clients",
    mixinStandardHelpOptions = true,
    description = "Weir's upstream client beside Pekko HTTP's (docs/adr/0008).")
public final class ClientComparison implements Callable<Integer> {

  private static final int AT_ONCE = 64;
  private static final int TOKENS = 20;

  @Option(names = "--answers", defaultValue = "30000", description = "of one round")
  private int answers = 30000;

  @Option(names = "--gap", defaultValue = "0", description = "milliseconds from token to token")
  private int gap;

  private final Config config =
      ConfigFactory.parseString(
              """
              pekko.loglevel = ERROR
              pekko.http.client.idle-timeout = infinite
              pekko.http.client.parsing.max-content-length = infinite
              pekko.http.host-connection-pool { max-connections = 4096, max-open-requests = 8192 }
              pekko.http.host-connection-pool.response-entity-subscription-timeout = 1h
              """)
          .withFallback(ConfigFactory.load())
          .resolve();

  @Override
  public Integer call() {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "clients", config);
    try (Mock mock = Mock.start(Pace.of(0, gap, TOKENS))) {
      for (Contender contender : Contender.values()) {
        try (Contender.Exchanges client = contender.start(system)) {
          compare(system, mock, contender, client);
        }
      }
    } finally {
      system.terminate();
    }
    return 0;
  }

  private void compare(
      ActorSystem<?> system, Mock mock, Contender contender, Contender.Exchanges client) {
    mock.pace(Pace.of(0, gap, TOKENS));
    Source<ByteString, NotUsed> exchange = client.exchange(mock.address());
    answer(system, exchange, answers);
    for (int round = 0; round < 3; round++) {
      long cpu = cpuNanos() - mock.cpuNanos();
      answer(system, exchange, answers);
      System.out.printf(
          "%-24s %.3f ms CPU per answer%n",
          contender, (cpuNanos() - mock.cpuNanos() - cpu) / 1e6 / answers);
    }
    System.out.printf(
        "%-24s %d KiB written while nobody reads%n",
        contender, unread(system, mock, exchange) >> 10);
    System.out.printf(
        "%-24s silent upstream, cancelled: %s%n", contender, cancelled(system, mock, exchange));
  }

  /** Runs that many exchanges, 64 at a time. */
  private static void answer(
      ActorSystem<?> system, Source<ByteString, NotUsed> exchange, int count) {
    await(
        Source.range(1, count)
            .mapAsyncUnordered(AT_ONCE, i -> exchange.runWith(Sink.ignore(), system))
            .runWith(Sink.ignore(), system));
  }

  private static long unread(
      ActorSystem<?> system, Mock mock, Source<ByteString, NotUsed> exchange) {
    mock.pace(Pace.of(0, 0, 2_000_000));
    CompletableFuture<Done> never = new CompletableFuture<>();
    long before = mock.bytes();
    KillSwitch stop =
        exchange
            .viaMat(KillSwitches.single(), Keep.right())
            .mapAsync(1, bytes -> never)
            .to(Sink.ignore())
            .run(system);
    long written = -1;
    for (int quiet = 0; quiet < 3; pause()) {
      quiet = mock.bytes() == written ? quiet + 1 : 0;
      written = mock.bytes();
    }
    stop.shutdown();
    never.complete(Done.getInstance());
    return written - before;
  }

  private static String cancelled(
      ActorSystem<?> system, Mock mock, Source<ByteString, NotUsed> exchange) {
    mock.pace(Pace.of(600_000, 0, 1));
    long begun = mock.begun();
    KillSwitch stop =
        exchange.viaMat(KillSwitches.single(), Keep.right()).to(Sink.ignore()).run(system);
    while (mock.begun() == begun) {
      pause();
    }
    long cancel = System.nanoTime();
    stop.shutdown();
    for (int waited = 0; waited < 10; waited++) {
      pause();
      if (mock.closedAt() > cancel) {
        return "socket closed after %.1f ms".formatted((mock.closedAt() - cancel) / 1e6);
      }
    }
    return "socket still open after 10 s";
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void pause() {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(5, TimeUnit.MINUTES).join();
  }
}
