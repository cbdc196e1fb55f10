package dev.weir.inference.catalog.store;

import dev.weir.cluster.database.Database;
import dev.weir.inference.catalog.Overlay;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Versions in the node's database, a row each. */
public final class JdbcCatalogStore implements CatalogStore {

  private static final String DUPLICATE_KEY = "23505";

  private final Database database;

  public JdbcCatalogStore(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Long> newest() {
    return database.call(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("select max(version) from weir_catalog");
              ResultSet rows = select.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0L;
          }
        });
  }

  @Override
  public CompletionStage<Optional<Kept>> find(long number) {
    return database.call(connection -> select(connection, number));
  }

  private static Optional<Kept> select(Connection connection, long number) throws SQLException {
    String sql =
        "select version, created_at, summary, note, content from weir_catalog where version = ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setLong(1, number);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? Optional.of(new Kept(version(rows), Overlay.parse(rows.getString(5))))
            : Optional.empty();
      }
    }
  }

  @Override
  public CompletionStage<List<Version>> history(long newest, int most) {
    return database.call(
        connection -> {
          String sql =
              "select version, created_at, summary, note from weir_catalog"
                  + " where version <= ? order by version desc limit ?";
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, newest);
            select.setInt(2, most);
            try (ResultSet rows = select.executeQuery()) {
              List<Version> versions = new ArrayList<>();
              while (rows.next()) {
                versions.add(version(rows));
              }
              return versions;
            }
          }
        });
  }

  private static Version version(ResultSet row) throws SQLException {
    return new Version(
        row.getLong(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3), row.getString(4));
  }

  @Override
  public CompletionStage<Boolean> append(Kept version) {
    return database.call(connection -> insert(connection, version));
  }

  private static boolean insert(Connection connection, Kept kept) throws SQLException {
    String sql =
        "insert into weir_catalog (version, created_at, summary, note, content)"
            + " values (?, ?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setLong(1, kept.version().number());
      insert.setLong(2, kept.version().at().toEpochMilli());
      insert.setString(3, kept.version().summary());
      insert.setString(4, kept.version().note());
      insert.setString(5, kept.changes().text());
      return insert.executeUpdate() == 1;
    } catch (SQLException failure) {
      if (!DUPLICATE_KEY.equals(failure.getSQLState())) {
        throw failure;
      }
      return select(connection, kept.version().number()).filter(kept::equals).isPresent();
    }
  }
}
