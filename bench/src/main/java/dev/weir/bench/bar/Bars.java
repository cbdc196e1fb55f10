package dev.weir.bench.bar;

import java.util.List;

/** All bars, in the order of the table. */
public final class Bars {

  private Bars() {}

  public static List<Bar> all() {
    return List.of(
        new AddedFirstToken(),
        new CpuPerRequest(),
        new ThousandStreams(),
        new FirstTokenInCrowd(),
        new SimulatorStreams(),
        new ConduitHop(),
        new EmbeddingsBatching(),
        new CallsTogether(),
        new InferenceLayer(),
        new QueuedCalls(),
        new Overload(),
        new FanOut(),
        new Cancels(),
        new StalledReaders(),
        new Kills(true),
        new Kills(false),
        new Starts());
  }
}
