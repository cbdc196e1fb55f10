package dev.weir.cluster.membership;

import dev.weir.cluster.database.DatabaseSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.coordination.lease.LeaseSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that is a row in PostgreSQL and ends by the database's clock unless it is renewed. Uses a
 * connection of its own, so that a busy pool cannot lose it. Made by Pekko, by name.
 */
public final class JdbcLease extends PatientLease {

  private static final Logger LOG = LoggerFactory.getLogger(JdbcLease.class);

  private static final String TAKE =
      """
      insert into weir_lease (name, owner, expires_at)
      values (?, ?, clock_timestamp() + ? * interval '1 millisecond')
      on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
      where weir_lease.owner = excluded.owner or weir_lease.expires_at < clock_timestamp()\
      """;

  private static final String RENEW =
      """
      update weir_lease set expires_at = clock_timestamp() + ? * interval '1 millisecond'
      where name = ? and owner = ? and expires_at > clock_timestamp()\
      """;

  private static final String GIVE_BACK = "delete from weir_lease where name = ? and owner = ?";

  private static final Duration RETRY = Duration.ofMillis(500);

  private final DatabaseSettings database;
  private final Duration life;
  private final Duration interval;
  private @Nullable Connection connection;

  /** When the other owner's lease was to end, as the last try of this operation saw it. */
  private Optional<Timestamp> expiry = Optional.empty();

  /** Who renews: a renewal planned before the lease was given back and taken again does nothing. */
  private int term;

  /**
   * By {@link System#nanoTime}, from before the last renewal was sent: never later than the row.
   */
  private volatile @Nullable Long heldUntil;

  public JdbcLease(LeaseSettings settings, ExtendedActorSystem system) {
    super(settings, system);
    this.database = DatabaseSettings.from(system.settings().config());
    this.life = settings.timeoutSettings().getHeartbeatTimeout();
    this.interval = settings.timeoutSettings().getHeartbeatInterval();
  }

  @Override
  public boolean checkLease() {
    Long until = heldUntil;
    return until != null && until - System.nanoTime() > 0;
  }

  @Override
  Answer take(boolean first) throws SQLException {
    long before = System.nanoTime();
    if (update(TAKE, name(), owner(), life.toMillis())) {
      heldUntil = before + life.toNanos();
      int renewing = ++term;
      later(interval, () -> renew(renewing));
      return Answer.TAKEN;
    }
    Optional<Timestamp> former = first ? Optional.empty() : expiry;
    expiry = expiry();
    disconnect();
    boolean renewed = former.isPresent() && expiry.isPresent() && expiry.get().after(former.get());
    return renewed ? Answer.HELD_BY_THE_LIVING : Answer.HELD;
  }

  private Optional<Timestamp> expiry() throws SQLException {
    String sql = "select expires_at from weir_lease where name = ?";
    try (PreparedStatement select = connected().prepareStatement(sql)) {
      select.setString(1, name());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? Optional.of(rows.getTimestamp(1)) : Optional.empty();
      }
    }
  }

  private void renew(int renewing) {
    if (renewing != term || heldUntil == null) {
      return;
    }
    long before = System.nanoTime();
    try {
      if (update(RENEW, life.toMillis(), name(), owner())) {
        heldUntil = before + life.toNanos();
        later(interval, () -> renew(renewing));
      } else {
        drop(Optional.empty());
      }
    } catch (SQLException failure) {
      if (checkLease()) {
        later(RETRY, () -> renew(renewing));
      } else {
        drop(Optional.of(failure));
      }
    }
  }

  private void drop(Optional<Throwable> reason) {
    heldUntil = null;
    disconnect();
    lost(reason);
  }

  @Override
  void giveBack() throws SQLException {
    if (heldUntil != null) {
      heldUntil = null;
      update(GIVE_BACK, name(), owner());
    }
    disconnect();
  }

  private boolean update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connected().prepareStatement(sql)) {
      for (int at = 0; at < values.length; at++) {
        statement.setObject(at + 1, values[at]);
      }
      return statement.executeUpdate() == 1;
    } catch (SQLException failure) {
      disconnect();
      throw failure;
    }
  }

  private Connection connected() throws SQLException {
    Connection open = connection;
    if (open == null) {
      Properties properties = new Properties();
      properties.setProperty("user", database.user());
      properties.setProperty("password", database.password());
      properties.setProperty("ApplicationName", "weir-lease");
      properties.setProperty("connectTimeout", "2");
      properties.setProperty("socketTimeout", "3");
      open = DriverManager.getConnection(database.url(), properties);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Connection closing = connection;
    connection = null;
    if (closing != null) {
      try {
        closing.close();
      } catch (SQLException lost) {
        LOG.debug("The lease's connection was gone already", lost);
      }
    }
  }

  private String name() {
    return getSettings().leaseName();
  }

  private String owner() {
    return getSettings().ownerName();
  }
}
