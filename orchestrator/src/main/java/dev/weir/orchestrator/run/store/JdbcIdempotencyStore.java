package dev.weir.orchestrator.run.store;

import dev.weir.cluster.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The idempotency keys in the node's database; the primary key decides between claims. */
public final class JdbcIdempotencyStore implements IdempotencyStore {

  private static final String DUPLICATE_KEY = "23505";

  private final Database database;

  public JdbcIdempotencyStore(Database database) {
    this.database = database;
  }

  /** Who loses the race for the primary key looks again, and finds the winner's claim. */
  @Override
  public CompletionStage<Claim> claim(Claim claim, Instant oldest, @Nullable NewRun run) {
    return attempt(claim, oldest, run)
        .exceptionallyCompose(
            failure ->
                isTaken(failure)
                    ? attempt(claim, oldest, run)
                    : CompletableFuture.failedStage(failure));
  }

  private CompletionStage<Claim> attempt(Claim claim, Instant oldest, @Nullable NewRun run) {
    return database.transaction(
        connection -> {
          Optional<Claim> earlier = find(connection, claim.id());
          if (earlier.filter(it -> !it.at().isBefore(oldest)).isPresent()) {
            return earlier.get();
          }
          if (earlier.isPresent()) {
            remove(connection, earlier.get());
          }
          insert(connection, claim);
          if (run != null) {
            insert(connection, run);
          }
          return claim;
        });
  }

  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && DUPLICATE_KEY.equals(sql.getSQLState())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public CompletionStage<Boolean> release(Claim claim) {
    return database.transaction(
        connection -> {
          boolean stood = remove(connection, claim);
          if (stood) {
            try (PreparedStatement delete =
                connection.prepareStatement("delete from weir_run where id = ?")) {
              delete.setString(1, claim.response());
              delete.executeUpdate();
            }
          }
          return stood;
        });
  }

  @Override
  public CompletionStage<Integer> purge(Instant olderThan) {
    return database.call(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "delete from weir_idempotency_key where created_at < ?")) {
            delete.setLong(1, olderThan.toEpochMilli());
            return delete.executeUpdate();
          }
        });
  }

  private static Optional<Claim> find(Connection connection, String id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select * from weir_idempotency_key where id = ?")) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? Optional.of(claim(rows)) : Optional.empty();
      }
    }
  }

  private static Claim claim(ResultSet row) throws SQLException {
    return new Claim(
        row.getString("id"),
        row.getString("body"),
        row.getString("response"),
        Instant.ofEpochMilli(row.getLong("created_at")));
  }

  private static void insert(Connection connection, Claim claim) throws SQLException {
    String sql =
        "insert into weir_idempotency_key (id, body, response, created_at) values (?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, claim.id());
      insert.setString(2, claim.body());
      insert.setString(3, claim.response());
      insert.setLong(4, claim.at().toEpochMilli());
      insert.executeUpdate();
    }
  }

  private static void insert(Connection connection, NewRun run) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(RunColumns.INSERT)) {
      RunColumns.bind(insert, run);
      insert.executeUpdate();
    }
  }

  private static boolean remove(Connection connection, Claim claim) throws SQLException {
    String sql = "delete from weir_idempotency_key where id = ? and response = ?";
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setString(1, claim.id());
      delete.setString(2, claim.response());
      return delete.executeUpdate() == 1;
    }
  }
}
