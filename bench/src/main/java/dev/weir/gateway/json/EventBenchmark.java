package dev.weir.gateway.json;

import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One token as the JSON of a server-sent event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventBenchmark {

  private final Numbered event =
      new Numbered(
          42,
          new ResponseEvent.Grown(
              new Place(ResponseEvent.Kind.TEXT, "msg_01ARZ3NDEKTSV4RRFFQ69G5FAV", 0, 0),
              " river"));

  @Benchmark
  public Object write() {
    return EventWriter.body(event);
  }
}
