package dev.weir.gateway.cluster;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** On PostgreSQL, with the lease in a row that its dead holder keeps for a while. */
@Tag("acceptance")
class PostgresLossTest extends LossSuite {

  private EmbeddedPostgres postgres;

  @BeforeAll
  @Override
  void start() {
    try {
      postgres =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .start();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
    super.start();
  }

  @AfterAll
  @Override
  void stop() {
    super.stop();
    try {
      postgres.close();
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  @Override
  String database(int port) {
    return "weir.database { url = \"jdbc:postgresql://127.0.0.1:%d/postgres\", user = postgres, password = \"\" }"
        .formatted(postgres.getPort());
  }

  @Override
  boolean holdsTheLease(String address) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select owner from weir_lease where expires_at > clock_timestamp()")) {
      return rows.next() && rows.getString(1).contains(address);
    }
  }
}
