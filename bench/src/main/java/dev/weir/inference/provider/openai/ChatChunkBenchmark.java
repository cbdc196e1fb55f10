package dev.weir.inference.provider.openai;

import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.upstream.SseParser;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One token of an upstream: from its server-sent event to the delta. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChatChunkBenchmark {

  private static final ByteString EVENT =
      ByteString.fromString(
          """
          data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"mock",\
          "choices":[{"index":0,"delta":{"content":" river"},"finish_reason":null}]}

          """);

  private final Queue<Delta> deltas = new ArrayDeque<>();
  private final SseParser events = new SseParser();
  private final ChatChunks chunks = new ChatChunks(deltas);

  @Benchmark
  public Object parse() {
    events.feed(EVENT);
    while (events.next()) {
      chunks.read(events.buffer(), events.offset(), events.length());
    }
    return deltas.remove();
  }
}
