package dev.weir.gateway.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the completion of bash and zsh.",
      "In a shell: source <(./weir completion)"
    })
final class Completion implements Runnable {

  private final Tools tools;
  @Spec private CommandSpec spec;

  Completion(Tools tools) {
    this.tools = tools;
  }

  @Override
  public void run() {
    tools.terminal().out().println(AutoComplete.bash("weir", spec.root().commandLine()));
  }
}
