package dev.weir.cluster.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's connections to its database and the threads that may block on them. Thread safe.
 *
 * <p>A database that goes away for a while is waited for: with H2 the process that serves the file
 * may be killed, and the next connection elects another. What stays away fails with {@code
 * database_unavailable}. Other SQL failures fail the stage as they are.
 */
public final class Database implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int QUEUE = 10_000;

  private final DatabaseSettings settings;
  private final HikariDataSource pool;
  private final ThreadPoolExecutor workers;

  private Database(DatabaseSettings settings) {
    this.settings = settings;
    this.pool = new HikariDataSource(hikari(settings));
    this.workers = workers(settings.poolSize() - settings.journalConnections());
  }

  /** Migrates the schema, then opens the pool. Blocks; any number of nodes may do it at once. */
  public static Database open(DatabaseSettings settings) {
    Migrations.run(settings);
    LOG.info("Database open: {}", settings);
    return new Database(settings);
  }

  /**
   * Runs idempotent work with auto-commit. It may run more than once: a lost connection does not
   * tell whether the last statement took effect.
   */
  public <T> CompletionStage<T> call(SqlFunction<Connection, T> work) {
    return submit(
        () -> {
          try (Connection connection = pool.getConnection()) {
            return work.apply(connection);
          }
        });
  }

  /**
   * Runs work in one transaction that commits when it returns and rolls back when it throws. It is
   * repeated only after a failure that left no trace.
   */
  public <T> CompletionStage<T> transaction(SqlFunction<Connection, T> work) {
    return submit(
        () -> {
          try (Connection connection = pool.getConnection()) {
            return committed(connection, work);
          }
        });
  }

  /** The pool itself, for the journal. */
  public DataSource dataSource() {
    return pool;
  }

  public DatabaseSettings settings() {
    return settings;
  }

  /** Lets work under way end, then closes the connections. Never interrupts: H2 would close. */
  @Override
  public void close() {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("Closing the database with work under way");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    pool.close();
  }

  private <T> CompletionStage<T> submit(Callable<T> work) {
    return new Call<>(work, workers, settings.patience()).start().minimalCompletionStage();
  }

  private static <T> T committed(Connection connection, SqlFunction<Connection, T> work)
      throws SQLException {
    connection.setAutoCommit(false);
    T value;
    try {
      value = work.apply(connection);
    } catch (SQLException | RuntimeException failure) {
      rollback(connection, failure);
      throw failure;
    }
    commit(connection);
    return value;
  }

  private static void commit(Connection connection) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException failure) {
      throw Failure.of(failure) == Failure.AWAY ? new UnknownOutcome(failure) : failure;
    }
  }

  private static void rollback(Connection connection, Exception failure) {
    try {
      connection.rollback();
    } catch (SQLException lost) {
      failure.addSuppressed(lost);
    }
  }

  private static HikariConfig hikari(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("weir");
    config.setJdbcUrl(Urls.complete(settings.url()));
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(2);
    config.setConnectionTimeout(Math.max(250, settings.patience().toMillis()));
    config.setValidationTimeout(Math.clamp(settings.patience().toMillis() / 3, 250, 5_000));
    config.setInitializationFailTimeout(-1);
    config.setExceptionOverrideClassName(EvictLost.class.getName());
    if (settings.dialect() == Dialect.POSTGRESQL) {
      settings.postgres().forEach(config::addDataSourceProperty);
    }
    return config;
  }

  private static ThreadPoolExecutor workers(int threads) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(QUEUE),
        task ->
            Thread.ofPlatform()
                .name("weir-jdbc-" + number.incrementAndGet())
                .daemon()
                .unstarted(task));
  }
}
