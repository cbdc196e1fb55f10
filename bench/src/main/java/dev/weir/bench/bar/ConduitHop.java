package dev.weir.bench.bar;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.bench.load.Figures;
import dev.weir.cluster.conduit.ByteReader;
import dev.weir.cluster.conduit.ByteWriter;
import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.ConduitSettings;
import dev.weir.cluster.node.NodeSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What a hop between two nodes costs: CPU of this whole process, which holds both ends, the
 * producers and the readers; and from the making of an element to its reading.
 */
public final class ConduitHop implements Bar {

  private static final int STREAMS = 2000;
  private static final int RATE = 50;
  private static final int SECONDS = 10;

  private record Token(long made, String text) {}

  private static final Codec<Token> TOKENS =
      new Codec<>() {
        @Override
        public void encode(Token value, ByteWriter out) {
          out.writeNumber(value.made()).writeText(value.text());
        }

        @Override
        public Token decode(ByteReader in) {
          return new Token(in.readNumber(), in.readText());
        }

        @Override
        public int size(Token value) {
          return 8 + value.text().length();
        }
      };

  /** How a load went: its times, and CPU for each element. */
  private record Hop(Histogram times, double cpuMicros, long missing) {}

  @Override
  public String name() {
    return "conduit-hop";
  }

  @Override
  public Report measure(double scale) {
    Config config =
        ConfigFactory.parseString("pekko.loglevel = WARNING")
            .withFallback(ConfigFactory.load())
            .resolve();
    ConduitSettings settings = ConduitSettings.from(config, NodeSettings.from(config).cluster());
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "hop", config);
    try {
      Conduit producers = await(Conduit.bind(system, settings, 1));
      Conduit consumers = await(Conduit.bind(system, settings, 2));
      Load load = new Load(system, producers, consumers, Bar.scaled(SECONDS, scale, 1));
      Hop many = load.run(Bar.scaled(STREAMS, scale, 4), RATE);
      Hop few = load.run(4, 20);
      await(producers.stop());
      await(consumers.stop());
      return report(many, few);
    } finally {
      system.terminate();
    }
  }

  private Report report(Hop many, Hop few) {
    return new Report(
        "one cluster hop, 2,000 streams × 50 tokens/s",
        "≤ 5 µs CPU per token, p99 ≤ 40 ms (flush interval + 30 ms), none broken; few streams p50 ≤"
            + " 0.5 ms",
        List.of(
            Measure.atMost("CPU", many.cpuMicros, 5, "µs"),
            Measure.atMost("p99", Figures.millis(many.times, 99), 40, "ms"),
            Measure.none("tokens missing", many.missing + few.missing),
            Measure.atMost("4 streams p50", Figures.millis(few.times, 50), 0.5, "ms")),
        List.of(String.format(Locale.ROOT, "p50 %.1f ms", Figures.millis(many.times, 50))),
        name());
  }

  private record Load(ActorSystem<?> system, Conduit producers, Conduit consumers, int seconds) {

    Hop run(int streams, int rate) {
      Histogram unseen = new ConcurrentHistogram(3);
      Histogram times = new ConcurrentHistogram(3);
      long[] since = {Long.MAX_VALUE};
      List<BoundedSourceQueue<Token>> queues = new ArrayList<>();
      List<CompletionStage<Done>> ends = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        Conduit.Inbound<Token> inbound = consumers.open(TOKENS);
        ends.add(
            inbound
                .source()
                .runWith(
                    Sink.foreach(
                        token ->
                            (token.made() >= since[0] ? times : unseen)
                                .recordValue(System.nanoTime() - token.made())),
                    system));
        Pair<BoundedSourceQueue<Token>, CompletionStage<Done>> stream =
            Source.<Token>queue(64)
                .toMat(
                    Flow.<Token>create()
                        .toMat(producers.to(inbound.ticket(), TOKENS), Keep.right()),
                    Keep.both())
                .run(system);
        queues.add(stream.first());
        ends.add(stream.second());
      }
      pace(queues, rate);
      since[0] = System.nanoTime();
      long cpu = cpuNanos();
      long sent = pace(queues, rate);
      queues.forEach(BoundedSourceQueue::complete);
      ends.forEach(ConduitHop::await);
      return new Hop(times, (cpuNanos() - cpu) / 1e3 / sent, sent - times.getTotalCount());
    }

    /** Offers to each queue {@code rate} times a second, spread evenly; how many were sent. */
    private long pace(List<BoundedSourceQueue<Token>> queues, int rate) {
      long begin = System.nanoTime();
      long total = (long) queues.size() * rate * seconds;
      double gap = 1e9 / ((double) queues.size() * rate);
      for (long i = 0; i < total; i++) {
        long due = begin + (long) (i * gap);
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(500_000);
        }
        queues.get((int) (i % queues.size())).offer(new Token(due, " token"));
      }
      return total;
    }

    private static long cpuNanos() {
      return ((com.sun.management.OperatingSystemMXBean)
              ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
