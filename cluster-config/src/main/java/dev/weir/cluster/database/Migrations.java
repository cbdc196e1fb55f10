package dev.weir.cluster.database;

import dev.weir.cluster.error.WeirError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings the schema up to date, one node at a time. Every module adds scripts of its own below
 * {@code db/migration/common} or the dialect's folder; their versions lie in the module's range,
 * the same as its wire numbers. A schema newer than this node is left alone, so that nodes can be
 * replaced one by one.
 */
final class Migrations {

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final long ADVISORY_LOCK = 0x77656972;

  private Migrations() {}

  /** Migrates, waiting for a database that is away or held by another node that starts. */
  static synchronized void run(DatabaseSettings settings) {
    long deadline = System.nanoTime() + settings.startPatience().toNanos();
    while (!tried(settings)) {
      if (System.nanoTime() > deadline) {
        throw new WeirError.Unavailable(
                "database_unavailable",
                "The database does not answer, or another node migrates it for too long.",
                Duration.ofSeconds(1))
            .asException();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Whether it is done; false: trying again may help. */
  private static boolean tried(DatabaseSettings settings) {
    try {
      return switch (settings.dialect()) {
        case POSTGRESQL -> underAdvisoryLock(settings);
        case H2 -> underFileLock(settings);
      };
    } catch (SQLException | FlywayException failure) {
      if (Failure.of(failure) == Failure.FINAL) {
        throw new IllegalStateException(
            "The database's schema cannot be brought up to date", failure);
      }
      return false;
    }
  }

  private static boolean underAdvisoryLock(DatabaseSettings settings) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(settings.postgres());
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    try (Connection connection = DriverManager.getConnection(settings.url(), properties);
        Statement statement = connection.createStatement();
        ResultSet locked =
            statement.executeQuery("select pg_try_advisory_lock(" + ADVISORY_LOCK + ")")) {
      boolean ours = locked.next() && locked.getBoolean(1);
      if (ours) {
        migrate(settings);
      }
      return ours;
    }
  }

  /** H2 has no lock that outlives its schema changes; all nodes of a file share its folder. */
  private static boolean underFileLock(DatabaseSettings settings) {
    Optional<Path> file = Urls.file(settings.url());
    if (file.isEmpty()) {
      migrate(settings);
      return true;
    }
    Path lock = file.get().resolveSibling(file.get().getFileName() + ".migration.lock");
    try {
      Files.createDirectories(lock.getParent());
      try (FileChannel channel =
          FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        boolean ours = channel.tryLock() != null;
        if (ours) {
          migrate(settings);
        }
        return ours;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("Cannot write beside the database: " + lock, failure);
    }
  }

  private static void migrate(DatabaseSettings settings) {
    Flyway.configure()
        .dataSource(Urls.complete(settings.url()), settings.user(), settings.password())
        .locations(
            "classpath:db/migration/common",
            "classpath:db/migration/" + settings.dialect().folder())
        .placeholders(Map.of("blob", settings.dialect().blob()))
        .table("weir_schema_history")
        .outOfOrder(true)
        .ignoreMigrationPatterns("*:missing", "*:future")
        .load()
        .migrate();
  }
}
