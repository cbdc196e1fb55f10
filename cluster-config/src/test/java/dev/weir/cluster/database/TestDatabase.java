package dev.weir.cluster.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Settings of a fresh, empty database for one test. */
public final class TestDatabase {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private TestDatabase() {}

  /** An H2 file in {@code folder}, open to several processes. */
  public static DatabaseSettings h2(Path folder) {
    return settings("jdbc:h2:file:" + folder + "/weir;AUTO_SERVER=TRUE;WRITE_DELAY=0", "weir");
  }

  /** A database of its own on this JVM's one PostgreSQL server. */
  public static DatabaseSettings postgres() {
    String name = "test" + NUMBER.incrementAndGet();
    try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    return settings(Server.POSTGRES.getJdbcUrl("postgres", name).split("\\?", 2)[0], "postgres");
  }

  private static DatabaseSettings settings(String url, String user) {
    return new DatabaseSettings(url, user, "", 9, Duration.ofSeconds(20), Duration.ofSeconds(30));
  }

  /** Started once, at the first use. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("listen_addresses", "127.0.0.1")
            .start();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
