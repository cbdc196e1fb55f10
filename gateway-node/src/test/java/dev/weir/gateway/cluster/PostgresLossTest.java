package dev.weir.gateway.cluster;

import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.database.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;

/** On PostgreSQL, with the lease in a row that its dead holder keeps for a while. */
@Tag("acceptance")
class PostgresLossTest extends LossSuite {

  private final DatabaseSettings postgres = TestDatabase.postgres();

  @Override
  String database(int port) {
    return "weir.database { url = \"%s\", user = postgres, password = \"\" }"
        .formatted(postgres.url());
  }

  @Override
  boolean holdsTheLease(String address) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select owner from weir_lease where expires_at > clock_timestamp()")) {
      return rows.next() && rows.getString(1).contains(address);
    }
  }
}
