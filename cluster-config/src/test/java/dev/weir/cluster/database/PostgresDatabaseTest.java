package dev.weir.cluster.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
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

  private static int endAllOthers(java.sql.Connection connection) throws SQLException {
    return count(
        connection,
        "(select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            + " and pid <> pg_backend_pid()) ended");
  }
}
