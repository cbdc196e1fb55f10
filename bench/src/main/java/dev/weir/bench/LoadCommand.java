package dev.weir.bench;

import dev.weir.bench.load.ClosedLoop;
import dev.weir.bench.load.Figures;
import dev.weir.bench.load.OpenLoop;
import dev.weir.bench.load.Protocol;
import dev.weir.bench.load.Question;
import dev.weir.bench.loop.Loop;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Streams against any server, with whatever pace is asked for. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "Asks a server for streams and tells how they came.")
final class LoadCommand implements Callable<Integer> {

  @Parameters(index = "0", description = "http://host:port")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(names = "--protocol", defaultValue = "CHAT", description = "${COMPLETION-CANDIDATES}")
  private Protocol protocol = Protocol.CHAT;

  @Option(names = "--model", defaultValue = "sim")
  private String model = "sim";

  @Option(names = "--clients", defaultValue = "64", description = "closed loop: how many")
  private int clients;

  @Option(names = "--each", defaultValue = "10", description = "closed loop: questions of each")
  private int each;

  @Option(names = "--ramp", defaultValue = "0", description = "closed loop: ms until all began")
  private int ramp;

  @Option(names = "--rate", defaultValue = "0", description = "open loop: questions a second")
  private double rate;

  @Option(names = "--count", defaultValue = "1000", description = "open loop: how many questions")
  private int count;

  @Option(names = "--pid", defaultValue = "0", description = "a process whose CPU is told")
  private long pid;

  @Override
  public Integer call() throws Exception {
    try (Loop loop = Loop.start("load")) {
      InetSocketAddress address = new InetSocketAddress(url.getHost(), url.getPort());
      Question question = Question.of(address, protocol, model, "", 0);
      double cpu = cpuSeconds();
      long begin = System.nanoTime();
      CompletableFuture<Figures> running =
          rate > 0
              ? OpenLoop.run(loop, question, rate, count)
              : ClosedLoop.run(loop, question, new ClosedLoop.Plan(clients, ramp, 0, each));
      Figures figures = running.get(10, TimeUnit.MINUTES);
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.println(figures);
      System.out.printf(
          "  %.1f s, %.0f answers/s, CPU: load %.2f s, process %d %.2f s%n",
          seconds, figures.answers() / seconds, loop.cpuNanos() / 1e9, pid, cpuSeconds() - cpu);
      return figures.errors() == 0 ? 0 : 1;
    }
  }

  private double cpuSeconds() {
    return ProcessHandle.of(pid)
            .flatMap(process -> process.info().totalCpuDuration())
            .map(Duration::toMillis)
            .orElse(0L)
        / 1000.0;
  }
}
