package dev.weir.bench;

import dev.weir.bench.upstream.Mock;
import dev.weir.bench.upstream.Pace;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The mock upstream alone, until it is interrupted. */
@Command(name = "mock", description = "Runs the mock upstream alone and tells what it counts.")
final class MockCommand implements Callable<Integer> {

  @Option(names = "--port", defaultValue = "9900")
  private int port;

  @Option(names = "--ttft", defaultValue = "0", description = "milliseconds to the first token")
  private int firstToken;

  @Option(names = "--gap", defaultValue = "0", description = "milliseconds from token to token")
  private int gap;

  @Option(names = "--tokens", defaultValue = "20")
  private int tokens;

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    try (Mock mock = Mock.start(port, Pace.of(firstToken, gap, tokens));
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      System.out.println("http://127.0.0.1:" + mock.address().getPort() + "/v1");
      timer.scheduleAtFixedRate(() -> tell(mock), 5, 5, TimeUnit.SECONDS).get();
    }
    return 0;
  }

  private static void tell(Mock mock) {
    System.out.printf(
        "open %d, requests %d, answers %d, bytes %d, CPU %.2f s%n",
        mock.open(), mock.begun(), mock.answers(), mock.bytes(), mock.cpuNanos() / 1e9);
  }
}
