package dev.weir.cluster.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a hop costs: CPU of the whole process, which holds both nodes, the producers and the
 * readers; and from the making of an element to its reading.
 */
@Tag("acceptance")
class ConduitBenchmarkTest extends ConduitFixture {

  private static final int WARM_UP_SECONDS = 10;
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

  private record Result(double cpuMicros, double p50Millis, double p99Millis, long elements) {

    Result print(String name) {
      System.out.printf(
          "%s: %.2f µs CPU per element, p50 %.3f ms, p99 %.3f ms, %d elements%n",
          name, cpuMicros, p50Millis, p99Millis, elements);
      return this;
    }
  }

  @Test
  void twoThousandStreamsOfFiftyElementsASecond() throws Exception {
    run(2000, 50, false).print("2,000 streams x 50/s, sources and sinks alone");
    Result hop = run(2000, 50, true).print("2,000 streams x 50/s, one hop");
    assertThat(hop.elements()).isEqualTo(2000L * 50 * SECONDS);
    assertThat(hop.cpuMicros()).isLessThanOrEqualTo(5);
    assertThat(hop.p99Millis()).isLessThanOrEqualTo(40);
  }

  @Test
  void fewStreams() throws Exception {
    run(4, 20, false).print("4 streams x 20/s, sources and sinks alone");
    Result hop = run(4, 20, true).print("4 streams x 20/s, one hop");
    assertThat(hop.p50Millis()).isLessThanOrEqualTo(0.5);
  }

  private Result run(int streams, int rate, boolean hop) throws Exception {
    Meter meter = new Meter();
    List<BoundedSourceQueue<Token>> queues = new ArrayList<>();
    List<CompletionStage<Done>> ends = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      Sink<Token, CompletionStage<Done>> reader = Sink.foreach(meter::read);
      Pair<BoundedSourceQueue<Token>, CompletionStage<Done>> stream =
          Source.<Token>queue(64)
              .toMat(hop ? hopTo(reader, ends) : reader, Keep.both())
              .run(kit.system());
      queues.add(stream.first());
      ends.add(stream.second());
    }
    pace(queues, rate, WARM_UP_SECONDS);
    meter.begin();
    pace(queues, rate, SECONDS);
    queues.forEach(BoundedSourceQueue::complete);
    for (CompletionStage<Done> end : ends) {
      await(end);
    }
    return meter.result();
  }

  private Sink<Token, CompletionStage<Done>> hopTo(
      Sink<Token, CompletionStage<Done>> reader, List<CompletionStage<Done>> ends) {
    Conduit.Inbound<Token> inbound = consumers.open(TOKENS);
    ends.add(inbound.source().runWith(reader, kit.system()));
    Flow<Token, Token, NotUsed> flow = Flow.create();
    return flow.toMat(producers.to(inbound.ticket(), TOKENS), Keep.right());
  }

  /** Offers to each queue {@code rate} times a second, spread evenly. */
  private static void pace(List<BoundedSourceQueue<Token>> queues, int rate, int seconds) {
    long begin = System.nanoTime();
    long total = (long) queues.size() * rate * seconds;
    double gap = 1e9 / ((double) queues.size() * rate);
    for (long i = 0; i < total; i++) {
      long due = begin + (long) (i * gap);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(500_000);
      }
      Token token = new Token(System.nanoTime(), " token");
      assertThat(queues.get((int) (i % queues.size())).offer(token).isEnqueued()).isTrue();
    }
  }

  /** Counts latencies in steps of 10 µs. */
  private static final class Meter {

    private static final int STEP = 10_000;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(100_000);
    private final AtomicLong elements = new AtomicLong();
    private long since = Long.MAX_VALUE;
    private long cpu;

    void begin() {
      since = System.nanoTime();
      cpu = cpuNanos();
    }

    void read(Token token) {
      if (token.made() >= since) {
        long step = (System.nanoTime() - token.made()) / STEP;
        counts.incrementAndGet((int) Math.min(step, counts.length() - 1));
        elements.incrementAndGet();
      }
    }

    Result result() {
      double perElement = (cpuNanos() - cpu) / 1e3 / elements.get();
      return new Result(perElement, quantile(0.5), quantile(0.99), elements.get());
    }

    private double quantile(double q) {
      long rank = (long) Math.ceil(q * elements.get());
      int step = 0;
      for (long seen = counts.get(0); seen < rank; seen += counts.get(++step)) {
        assertThat(step).isLessThan(counts.length());
      }
      return (step + 1) * STEP / 1e6;
    }

    private static long cpuNanos() {
      return ((com.sun.management.OperatingSystemMXBean)
              ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }
}
