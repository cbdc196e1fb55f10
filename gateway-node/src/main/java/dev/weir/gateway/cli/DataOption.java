package dev.weir.gateway.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which local cluster is meant. */
final class DataOption {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The cluster's folder. Default: WEIR_DATA, else data beside ./weir.")
  private @Nullable Path data;

  Optional<Path> given() {
    return Optional.ofNullable(data);
  }
}
