package dev.weir.cluster.database;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What Weir adds to an H2 URL, and the file it names. */
final class Urls {

  private Urls() {}

  /**
   * The URL with what H2 needs to keep its word: every commit written before it is acknowledged,
   * and no trace file, which could tell values. Set before H2 loads: its server listens on
   * loopback.
   */
  static String complete(String url) {
    if (Dialect.of(url) != Dialect.H2) {
      return url;
    }
    if (System.getProperty("h2.bindAddress") == null) {
      System.setProperty("h2.bindAddress", "127.0.0.1");
    }
    return with(with(url, "WRITE_DELAY=0"), "TRACE_LEVEL_FILE=0");
  }

  /** The path of the database without its extension; empty unless it is a local file. */
  static Optional<Path> file(String url) {
    if (Dialect.of(url) != Dialect.H2) {
      return Optional.empty();
    }
    String rest = url.substring("jdbc:h2:".length()).split(";", 2)[0];
    String path = rest.startsWith("file:") ? rest.substring("file:".length()) : rest;
    boolean elsewhere = path.matches("(mem|tcp|ssl|zip|nio|nioMapped|async|split):.*");
    String home = path.startsWith("~") ? System.getProperty("user.home") + path.substring(1) : path;
    return elsewhere ? Optional.empty() : Optional.of(Path.of(home).toAbsolutePath().normalize());
  }

  private static String with(String url, String setting) {
    String name = ";" + setting.substring(0, setting.indexOf('=') + 1);
    return url.toUpperCase(Locale.ROOT).contains(name) ? url : url + ";" + setting;
  }
}
