package dev.weir.bench;

import dev.weir.bench.bar.Bar;
import dev.weir.bench.bar.Bars;
import dev.weir.bench.client.ClientComparison;
import dev.weir.bench.client.FirstCall;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures Weir against its bars. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    description = "Measures Weir against its bars; each command is one row of the table.",
    subcommands = {
      All.class,
      ClientComparison.class,
      FirstCall.class,
      HotPaths.class,
      LoadCommand.class,
      MockCommand.class
    })
public final class Bench {

  private Bench() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Bench());
    Bars.all().forEach(bar -> line.addSubcommand(bar.name(), new Row(bar)));
    return line;
  }

  /** One bar. */
  @Command(mixinStandardHelpOptions = true)
  static final class Row implements Callable<Integer> {

    private final Bar bar;

    @Option(names = "--scale", defaultValue = "1", description = "smaller numbers, to try the tool")
    private double scale;

    Row(Bar bar) {
      this.bar = bar;
    }

    @Override
    public Integer call() {
      System.out.println(bar.measure(scale).row());
      return 0;
    }
  }
}
