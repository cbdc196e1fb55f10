package dev.weir.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.coordination.lease.javadsl.Lease;
import org.apache.pekko.coordination.lease.javadsl.LeaseProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JdbcLeaseTest extends LeaseSuite {

  private final DatabaseSettings settings = TestDatabase.postgres();
  private final Database database = Database.open(settings);

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  Config config() {
    return ConfigFactory.parseMap(
            Map.of(
                "weir.database.url",
                settings.url(),
                "weir.database.user",
                settings.user(),
                "weir.database.password",
                settings.password(),
                "test.lease.lease-class",
                JdbcLease.class.getName(),
                "test.lease.heartbeat-timeout",
                "6s",
                "test.lease.heartbeat-interval",
                "500ms",
                "test.lease.lease-operation-timeout",
                "12s",
                "test.impatient.lease-operation-timeout",
                "500ms"))
        .withFallback(
            ConfigFactory.parseString(
                "test { impatient = ${test.lease}, waiting = ${test.lease} }"))
        .resolve();
  }

  @Test
  void heldLeaseOutlivesItsTerm() {
    Lease first = lease("first");
    assertThat(await(first.acquire())).isTrue();
    execute("select pg_sleep(7)");
    assertThat(first.checkLease()).isTrue();
    assertThat(await(lease("second").acquire())).isFalse();
  }

  @Test
  void ownerThatIsSeenToLiveIsNotWaitedFor() {
    assertThat(await(lease("first").acquire())).isTrue();
    Lease waiting = LeaseProvider.get(system()).getLease("split", "test.waiting", "second");
    assertThat(await(waiting.acquire())).isFalse();
  }

  @Test
  void ownerLearnsThatAnotherTookItsLease() {
    CompletableFuture<Optional<Throwable>> lost = new CompletableFuture<>();
    Lease first = lease("first");
    assertThat(await(first.acquire(lost::complete))).isTrue();
    execute("update weir_lease set owner = 'thief'");
    assertThat(await(lost)).isEmpty();
    assertThat(first.checkLease()).isFalse();
  }

  @Test
  void ownerThatCannotRenewStopsHoldingItAfterItsTerm() {
    CompletableFuture<Optional<Throwable>> lost = new CompletableFuture<>();
    Lease first = lease("first");
    assertThat(await(first.acquire(lost::complete))).isTrue();
    execute("alter table weir_lease rename to away");
    assertThat(await(lost)).isPresent();
    assertThat(first.checkLease()).isFalse();
  }

  @Test
  void leaseSurvivesTheLossOfItsConnection() {
    CompletableFuture<Optional<Throwable>> lost = new CompletableFuture<>();
    Lease first = lease("first");
    assertThat(await(first.acquire(lost::complete))).isTrue();
    execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
            + " where application_name = 'weir-lease'");
    execute("select pg_sleep(7)");
    assertThat(first.checkLease()).isTrue();
    assertThat(await(lease("second").acquire())).isFalse();
    assertThat(lost).isNotDone();
  }

  private void execute(String sql) {
    await(
        database.call(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
              }
            }));
  }
}
