package dev.weir.orchestrator.run.store;

import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.run.store.RunRow.Problem;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** The columns of {@code weir_run} and the records they become. */
final class RunColumns {

  static final String INSERT =
      """
      insert into weir_run (id, tenant, user_id, conversation, parent, model, background, status,
        host, epoch, created_at, updated_at, request)
      values (?, ?, ?, ?, ?, ?, ?, 'queued', ?, 0, ?, ?, ?)\
      """;

  static final String FINISH =
      """
      update weir_run set status = ?, result = ?, input_tokens = ?, cached_input_tokens = ?,
        output_tokens = ?, reasoning_tokens = ?, error_code = ?, error_message = ?, updated_at = ?
      where id = ? and epoch = ? and\
      """;

  static final String SELECT = "select * from weir_run ";

  static final String SELECT_OPEN =
      "select id, tenant, user_id, status, host, epoch from weir_run ";

  static final String OLDEST = "order by created_at, id limit ?";

  private static final int LONGEST_MESSAGE = 4_000;

  private RunColumns() {}

  static void bind(PreparedStatement insert, NewRun run) throws SQLException {
    insert.setString(1, run.id());
    insert.setString(2, run.owner().tenant());
    insert.setString(3, run.owner().user());
    insert.setString(4, run.conversation());
    insert.setString(5, run.parent());
    insert.setString(6, run.model());
    insert.setBoolean(7, run.background());
    insert.setLong(8, run.host());
    insert.setLong(9, run.createdAt().toEpochMilli());
    insert.setLong(10, run.createdAt().toEpochMilli());
    insert.setBytes(11, run.request().toArray());
  }

  static void bind(PreparedStatement finish, RunRow.End end, long now, String id, int epoch)
      throws SQLException {
    Problem error = end.error();
    finish.setString(1, end.status().text());
    finish.setBytes(2, end.result().toArray());
    finish.setLong(3, end.usage().inputTokens());
    finish.setLong(4, end.usage().cachedInputTokens());
    finish.setLong(5, end.usage().outputTokens());
    finish.setLong(6, end.usage().reasoningTokens());
    finish.setString(7, error == null ? null : error.code());
    finish.setString(8, error == null ? null : cut(error.message()));
    finish.setLong(9, now);
    finish.setString(10, id);
    finish.setInt(11, epoch);
  }

  static RunRow row(ResultSet row) throws SQLException {
    return new RunRow(
        run(row),
        RunStatus.of(row.getString("status")),
        row.getInt("epoch"),
        Instant.ofEpochMilli(row.getLong("updated_at")),
        bytes(row, "progress"),
        bytes(row, "result"),
        new Usage(
            row.getLong("input_tokens"),
            row.getLong("cached_input_tokens"),
            row.getLong("output_tokens"),
            row.getLong("reasoning_tokens")),
        problem(row.getString("error_code"), row.getString("error_message")));
  }

  static RunRow.Open open(ResultSet row) throws SQLException {
    return new RunRow.Open(
        row.getString("id"),
        owner(row),
        RunStatus.of(row.getString("status")),
        row.getLong("host"),
        row.getInt("epoch"));
  }

  private static NewRun run(ResultSet row) throws SQLException {
    return new NewRun(
        owner(row),
        row.getString("id"),
        row.getString("conversation"),
        row.getString("parent"),
        row.getString("model"),
        row.getBoolean("background"),
        row.getLong("host"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        bytes(row, "request"));
  }

  private static Caller owner(ResultSet row) throws SQLException {
    return new Caller(row.getString("tenant"), row.getString("user_id"));
  }

  private static ByteString bytes(ResultSet row, String column) throws SQLException {
    byte @Nullable [] bytes = row.getBytes(column);
    return bytes == null ? ByteString.emptyByteString() : ByteString.fromArrayUnsafe(bytes);
  }

  private static @Nullable Problem problem(@Nullable String code, @Nullable String message) {
    return code == null ? null : new Problem(code, message == null ? "" : message);
  }

  private static String cut(String message) {
    return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
  }
}
