package dev.weir.orchestrator.conversation;

import dev.weir.cluster.database.Database;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Keys in the node's database, a row each; a row without its secret is a tombstone. */
public final class JdbcConversationKeys implements ConversationKeys {

  private static final String DUPLICATE_KEY = "23505";
  private static final int KEY_BYTES = 32;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  public JdbcConversationKeys(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public CompletionStage<KeyState> find(String conversation) {
    return database.call(connection -> select(connection, conversation));
  }

  @Override
  public CompletionStage<KeyState> create(String conversation) {
    byte[] secret = new byte[KEY_BYTES];
    random.nextBytes(secret);
    String text = Base64.getEncoder().encodeToString(secret);
    return database.call(
        connection -> {
          insert(connection, conversation, text);
          return select(connection, conversation);
        });
  }

  @Override
  public CompletionStage<KeyState> destroy(String conversation) {
    return database.call(
        connection -> {
          String sql = "update weir_conversation_key set secret = null where conversation = ?";
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, conversation);
            update.executeUpdate();
          }
          return select(connection, conversation);
        });
  }

  private void insert(Connection connection, String conversation, String secret)
      throws SQLException {
    String sql =
        "insert into weir_conversation_key (conversation, secret, created_at) values (?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, conversation);
      insert.setString(2, secret);
      insert.setLong(3, clock.millis());
      insert.executeUpdate();
    } catch (SQLException failure) {
      if (!DUPLICATE_KEY.equals(failure.getSQLState())) {
        throw failure;
      }
    }
  }

  private static KeyState select(Connection connection, String conversation) throws SQLException {
    String sql = "select secret from weir_conversation_key where conversation = ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, conversation);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? state(rows.getString(1)) : new Absent();
      }
    }
  }

  private static KeyState state(@Nullable String secret) {
    return secret == null
        ? new Destroyed()
        : new Present(new SecretKeySpec(Base64.getDecoder().decode(secret), "AES"));
  }
}
