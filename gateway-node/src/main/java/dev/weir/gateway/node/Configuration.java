package dev.weir.gateway.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration: the environment over a file over the built-in defaults.
 *
 * @param warnings what was given and had no effect
 */
public record Configuration(Config config, List<String> warnings) {

  public Configuration {
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads it.
   *
   * @throws ConfigException when the file is missing or wrong
   */
  public static Configuration load(Optional<Path> file, Map<String, String> variables) {
    Config given = file.map(Configuration::parse).orElse(ConfigFactory.empty());
    Environment environment = Environment.of(ConfigFactory.load(given), variables);
    return new Configuration(
        ConfigFactory.load(environment.overrides().withFallback(given)), environment.warnings());
  }

  private static Config parse(Path file) {
    if (!Files.isReadable(file)) {
      throw new ConfigException.Generic(
          "The configuration file "
              + file.toAbsolutePath()
              + " does not exist or is not readable.");
    }
    return ConfigFactory.parseFile(
        file.toAbsolutePath().toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
  }
}
