package dev.weir.bench;

import dev.weir.bench.bar.Bar;
import dev.weir.bench.bar.Bars;
import dev.weir.bench.bar.Report;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures every bar, one after the other, each in a process of its own that is ended when it takes
 * too long.
 */
@Command(name = "all", description = "Measures every bar and prints the table.")
final class All implements Callable<Integer> {

  private static final long MINUTES = 5;

  @Option(names = "--scale", defaultValue = "1", description = "smaller numbers, to try the tool")
  private double scale;

  private final List<String> rows = new ArrayList<>();
  private int missing;

  @Override
  public Integer call() throws IOException, InterruptedException {
    for (Bar bar : Bars.all()) {
      measure(bar);
    }
    System.out.println();
    System.out.println(Report.HEAD);
    rows.forEach(System.out::println);
    return missing == 0 ? 0 : 1;
  }

  private void measure(Bar bar) throws IOException, InterruptedException {
    System.out.printf(Locale.ROOT, "== %s (load average %.1f)%n", bar.name(), load());
    Process process = new ProcessBuilder(command(bar)).redirectErrorStream(true).start();
    Thread reader = Thread.startVirtualThread(() -> read(process));
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    reader.join();
    if (process.waitFor() != 0) {
      missing++;
      rows.add("| " + bar.name() + " | | not measured | | `bench/run " + bar.name() + "` |");
    }
  }

  /** In a JVM with the options of this one. */
  private List<String> command(Bar bar) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Bench.class.getName(), bar.name(), "--scale=" + scale));
    return command;
  }

  private void read(Process process) {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    lines
        .lines()
        .forEach(
            line -> {
              System.out.println(line);
              if (line.startsWith("| ")) {
                rows.add(line);
              }
            });
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
