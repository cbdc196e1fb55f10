package dev.weir.orchestrator.run.store;

import dev.weir.cluster.database.Database;
import dev.weir.orchestrator.response.Caller;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.util.ByteString;

/** The run store in the node's database. */
public final class JdbcRunStore implements RunStore {

  private static final String DUPLICATE_KEY = "23505";
  private static final String OPEN = " status in ('queued', 'in_progress', 'parked') ";
  private static final String HOSTED = " status in ('queued', 'in_progress') ";

  private final Database database;
  private final InstantSource clock;

  public JdbcRunStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Boolean> accept(NewRun run) {
    return database.call(connection -> insert(connection, run));
  }

  private static boolean insert(Connection connection, NewRun run) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(RunColumns.INSERT)) {
      RunColumns.bind(insert, run);
      return insert.executeUpdate() == 1;
    } catch (SQLException failure) {
      if (!DUPLICATE_KEY.equals(failure.getSQLState())) {
        throw failure;
      }
      return acceptedBefore(connection, run);
    }
  }

  private static boolean acceptedBefore(Connection connection, NewRun run) throws SQLException {
    return row(connection, run.owner(), run.id()).filter(row -> row.run().equals(run)).isPresent();
  }

  @Override
  public CompletionStage<Boolean> milestone(
      String id, int epoch, RunStatus status, ByteString progress) {
    return changed(
        "update weir_run set status = ?, progress = ?, updated_at = ? where id = ? and epoch = ?"
            + " and"
            + OPEN,
        status.text(),
        progress.toArray(),
        clock.millis(),
        id,
        epoch);
  }

  @Override
  public CompletionStage<Boolean> finish(String id, int epoch, RunRow.End end) {
    return database.call(
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(RunColumns.FINISH + OPEN)) {
            RunColumns.bind(update, end, clock.millis(), id, epoch);
            return update.executeUpdate() == 1 || endedSo(connection, id, epoch, end.status());
          }
        });
  }

  private static boolean endedSo(Connection connection, String id, int epoch, RunStatus status)
      throws SQLException {
    String sql = "select 1 from weir_run where id = ? and epoch = ? and status = ?";
    try (PreparedStatement select = prepare(connection, sql, id, epoch, status.text());
        ResultSet rows = select.executeQuery()) {
      return rows.next();
    }
  }

  @Override
  public CompletionStage<Optional<RunRow>> find(Caller owner, String id) {
    return database.call(connection -> row(connection, owner, id));
  }

  private static Optional<RunRow> row(Connection connection, Caller owner, String id)
      throws SQLException {
    String sql = RunColumns.SELECT + "where id = ? and tenant = ? and user_id = ?";
    return one(prepare(connection, sql, id, owner.tenant(), owner.user()));
  }

  @Override
  public CompletionStage<Boolean> delete(Caller owner, String id) {
    return changed(
        "delete from weir_run where id = ? and tenant = ? and user_id = ?",
        id,
        owner.tenant(),
        owner.user());
  }

  @Override
  public CompletionStage<List<RunRow.Open>> unfinishedOf(long host, int limit) {
    return open("where host = ? and" + HOSTED + RunColumns.OLDEST, host, limit);
  }

  @Override
  public CompletionStage<List<Long>> hosts() {
    return database.call(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("select distinct host from weir_run where" + HOSTED);
              ResultSet rows = select.executeQuery()) {
            List<Long> hosts = new ArrayList<>();
            while (rows.next()) {
              hosts.add(rows.getLong(1));
            }
            return List.copyOf(hosts);
          }
        });
  }

  private CompletionStage<List<RunRow.Open>> open(String where, Object... values) {
    return database.call(
        connection -> {
          try (PreparedStatement select =
                  prepare(connection, RunColumns.SELECT_OPEN + where, values);
              ResultSet rows = select.executeQuery()) {
            List<RunRow.Open> open = new ArrayList<>();
            while (rows.next()) {
              open.add(RunColumns.open(rows));
            }
            return List.copyOf(open);
          }
        });
  }

  /** The claim's own mark tells a repetition after a lost connection from another's success. */
  @Override
  public CompletionStage<Optional<RunRow>> claim(String id, int fromEpoch, long host) {
    String mark = UUID.randomUUID().toString();
    return database.call(
        connection -> {
          String sql =
              "update weir_run set epoch = epoch + 1, host = ?, claim = ?, updated_at = ?,"
                  + " status = 'in_progress' where id = ? and epoch = ? and";
          try (PreparedStatement update =
              prepare(connection, sql + OPEN, host, mark, clock.millis(), id, fromEpoch)) {
            update.executeUpdate();
          }
          return one(
              prepare(connection, RunColumns.SELECT + "where id = ? and claim = ?", id, mark));
        });
  }

  @Override
  public CompletionStage<Integer> purge(Instant olderThan) {
    return database.call(
        connection -> {
          String sql = "delete from weir_run where updated_at < ? and not";
          try (PreparedStatement delete =
              prepare(connection, sql + OPEN, olderThan.toEpochMilli())) {
            return delete.executeUpdate();
          }
        });
  }

  private CompletionStage<Boolean> changed(String sql, Object... values) {
    return database.call(
        connection -> {
          try (PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate() == 1;
          }
        });
  }

  private static Optional<RunRow> one(PreparedStatement select) throws SQLException {
    try (select;
        ResultSet rows = select.executeQuery()) {
      return rows.next() ? Optional.of(RunColumns.row(rows)) : Optional.empty();
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int at = 0; at < values.length; at++) {
      statement.setObject(at + 1, values[at]);
    }
    return statement;
  }
}
