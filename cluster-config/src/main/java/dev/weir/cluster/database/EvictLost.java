package dev.weir.cluster.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Tells the pool to throw away a connection whose database is gone: of H2's own codes it knows
 * none. Made by the pool, by name.
 */
public final class EvictLost implements SQLExceptionOverride {

  @java.lang.Override
  public Override adjudicate(SQLException failure) {
    return Failure.of(failure) == Failure.AWAY ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
  }
}
