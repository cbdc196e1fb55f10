package dev.weir.cluster.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirError;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine must do. */
abstract class DatabaseSuite {

  private final List<Database> open = new ArrayList<>();
  private DatabaseSettings settings;

  abstract DatabaseSettings fresh();

  @BeforeEach
  void choose() {
    settings = fresh();
  }

  @AfterEach
  void close() {
    open.forEach(Database::close);
  }

  @Test
  void manyNodesMayStartAtOnce() {
    List<CompletableFuture<Void>> starts =
        IntStream.range(0, 4).mapToObj(node -> CompletableFuture.runAsync(() -> open())).toList();
    starts.forEach(CompletableFuture::join);
    assertThat(open).hasSize(4).allSatisfy(node -> assertThat(probes(node)).isZero());
  }

  @Test
  void migratesAgainWithoutChange() {
    await(open().call(c -> update(c, "insert into probe (id) values (1)")));
    assertThat(probes(open())).isEqualTo(1);
  }

  @Test
  void transactionKeepsAllOrNothing() {
    Database database = open();
    await(database.transaction(c -> update(c, "insert into probe (id) values (1)")));
    assertThatThrownBy(
            () ->
                await(
                    database.transaction(
                        c -> {
                          update(c, "insert into probe (id) values (2)");
                          throw new IllegalArgumentException("no");
                        })))
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(probes(database)).isEqualTo(1);
  }

  @Test
  void brokenStatementFailsAtOnce() {
    AtomicInteger tries = new AtomicInteger();
    CompletionStage<Integer> result =
        open()
            .call(
                c -> {
                  tries.incrementAndGet();
                  return count(c, "no_such_table");
                });
    assertThatThrownBy(() -> await(result)).hasCauseInstanceOf(SQLException.class);
    assertThat(tries).hasValue(1);
  }

  @Test
  void lostConnectionIsTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    CompletionStage<Integer> result =
        open()
            .call(
                c -> {
                  if (tries.incrementAndGet() < 3) {
                    throw new SQLException("gone", "08006");
                  }
                  return count(c, "probe");
                });
    assertThat((int) await(result)).isZero();
    assertThat(tries).hasValue(3);
  }

  @Test
  void conflictingTransactionIsTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    CompletionStage<Integer> result =
        open()
            .transaction(
                c -> {
                  update(c, "insert into probe (id) values (1)");
                  if (tries.incrementAndGet() < 2) {
                    throw new SQLException("conflict", "40001");
                  }
                  return count(c, "probe");
                });
    assertThat((int) await(result)).isEqualTo(1);
  }

  @Test
  void neverHoldsMoreConnectionsThanItsShare() throws InterruptedException {
    Database database = open();
    int share = settings.poolSize() - settings.journalConnections();
    Semaphore inside = new Semaphore(0);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CompletionStage<Integer>> calls =
        IntStream.range(0, 3 * share)
            .mapToObj(
                number ->
                    database.call(
                        c -> {
                          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                          inside.release();
                          awaitLatch(leave);
                          atOnce.decrementAndGet();
                          return count(c, "probe");
                        }))
            .toList();
    assertThat(inside.tryAcquire(share, 60, TimeUnit.SECONDS)).isTrue();
    leave.countDown();
    calls.forEach(DatabaseSuite::await);
    assertThat(most).hasValue(share);
  }

  @Test
  void closedDatabaseIsUnavailable() {
    Database database = open();
    database.close();
    assertThatThrownBy(() -> await(database.call(c -> count(c, "probe"))))
        .satisfies(
            failure -> assertThat(WeirError.of(failure)).isInstanceOf(WeirError.Unavailable.class));
  }

  private Database open() {
    Database database = Database.open(settings);
    synchronized (open) {
      open.add(database);
    }
    return database;
  }

  /** The same database, with hardly any patience at the start. */
  static DatabaseSettings hasty(DatabaseSettings settings) {
    return patient(settings, Duration.ofMillis(300));
  }

  /** The same database, with little patience once it is open. */
  static DatabaseSettings impatient(DatabaseSettings settings) {
    return patient(settings, settings.startPatience());
  }

  private static DatabaseSettings patient(DatabaseSettings settings, Duration start) {
    return new DatabaseSettings(
        settings.url(),
        settings.user(),
        settings.password(),
        settings.poolSize(),
        Duration.ofSeconds(1),
        start);
  }

  static void assertUnavailable(Throwable failure) {
    assertThat(WeirError.of(failure))
        .isInstanceOf(WeirError.Unavailable.class)
        .extracting(WeirError::code)
        .isEqualTo("database_unavailable");
  }

  static int count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  static int probes(Database database) {
    return await(database.call(c -> count(c, "probe")));
  }

  static int update(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
