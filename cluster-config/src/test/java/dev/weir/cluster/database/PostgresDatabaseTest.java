package dev.weir.cluster.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresDatabaseTest extends DatabaseSuite {

  @Override
  DatabaseSettings fresh() {
    return TestDatabase.postgres();
  }

  @Test
  void survivesTheLossOfEveryConnection() {
    DatabaseSettings settings = fresh();
    try (Database database = Database.open(settings);
        Database other = Database.open(settings)) {
      await(database.call(c -> update(c, "insert into probe (id) values (1)")));
      await(other.call(PostgresDatabaseTest::endAllOthers));
      assertThat(probes(database)).isEqualTo(1);
    }
  }

  @Test
  void waitsForAnotherNodesMigrationNoLongerThanItMay() throws SQLException {
    DatabaseSettings settings = fresh();
    try (Connection holder =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        Statement statement = holder.createStatement()) {
      statement.execute("select pg_advisory_lock(" + 0x77656972 + ")");
      assertThatThrownBy(() -> Database.open(hasty(settings)))
          .satisfies(DatabaseSuite::assertUnavailable);
    }
  }

  @Test
  void aStatementThatIsNotAnsweredIsGivenUp() {
    DatabaseSettings settings = fresh();
    Database.open(settings).close();
    try (Database database = Database.open(impatient(settings))) {
      assertThatThrownBy(() -> await(database.call(c -> count(c, "pg_sleep(120)"))))
          .satisfies(DatabaseSuite::assertUnavailable);
    }
  }

  private static int endAllOthers(Connection connection) throws SQLException {
    return count(
        connection,
        "(select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            + " and pid <> pg_backend_pid()) ended");
  }
}
