package dev.weir.bench;

import dev.weir.cluster.conduit.FrameBenchmark;
import dev.weir.gateway.json.EventBenchmark;
import dev.weir.inference.DeltaBenchmark;
import dev.weir.inference.cache.LikenessBenchmark;
import dev.weir.inference.provider.openai.ChatChunkBenchmark;
import dev.weir.orchestrator.user.AccountBenchmark;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is done for every token, alone: time and bytes allocated. */
@Command(
    name = "hot-paths",
    mixinStandardHelpOptions = true,
    description =
        "JMH benchmarks of what is done for every token, of a reservation, and of likeness.")
final class HotPaths implements Callable<Integer> {

  static final List<Class<?>> ALL =
      List.of(
          ChatChunkBenchmark.class,
          DeltaBenchmark.class,
          FrameBenchmark.class,
          EventBenchmark.class,
          AccountBenchmark.class,
          LikenessBenchmark.class);

  @Option(names = "--seconds", defaultValue = "1", description = "of one iteration; five count")
  private int seconds;

  @Override
  public Integer call() throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .forks(1)
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(seconds))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(seconds))
            .addProfiler(GCProfiler.class);
    ALL.forEach(benchmark -> options.include(benchmark.getName()));
    new Runner(options.build()).run();
    return 0;
  }
}
