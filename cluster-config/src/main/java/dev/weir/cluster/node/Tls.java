package dev.weir.cluster.node;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * PEM files for mutual TLS between nodes: an RSA key (PKCS#1, or PKCS#8 without a password), its
 * certificate, and the authority that issued those of all nodes. The files are read again every few
 * minutes, so they may be rotated.
 */
public record Tls(Path key, Path certificate, Path ca) {

  private static final String ROOT = "weir.cluster.tls.";

  public Tls {
    checkFile("key", key);
    checkFile("certificate", certificate);
    checkFile("ca", ca);
  }

  static Optional<Tls> from(Config config) {
    if (config.getObject("weir.cluster.tls").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Tls(path(config, "key"), path(config, "certificate"), path(config, "ca")));
  }

  private static Path path(Config config, String name) {
    return Path.of(config.getString(ROOT + name));
  }

  private static void checkFile(String name, Path file) {
    Keys.check(Files.isReadable(file), ROOT + name, file, "expected a PEM file this process reads");
  }
}
