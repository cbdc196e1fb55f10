package dev.weir.cluster.database;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** What a failed statement tells: whether trying again, on a new connection, can help. */
enum Failure {
  /** The database or the way to it is gone; it may come back. */
  AWAY,
  /** Two transactions got in each other's way; this one left no trace. */
  CONFLICT,
  /** The statement itself is at fault. */
  FINAL;

  /** PostgreSQL: being shut down, starting up, out of connections. */
  private static final Set<String> AWAY_STATES = Set.of("57P01", "57P02", "57P03", "53300");

  /**
   * H2: object closed, file already open, i/o error (twice), connection broken, database closed,
   * closed at shutdown. The process that served the file is gone, or is about to be.
   */
  private static final Set<Integer> AWAY_CODES =
      Set.of(90007, 90020, 90028, 90031, 90067, 90098, 90121);

  private static final Set<String> CONFLICT_STATES = Set.of("40001", "40P01");

  /** H2: lock timeout, row changed by another transaction. */
  private static final Set<Integer> CONFLICT_CODES = Set.of(50200, 90131);

  static Failure of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return of(sql);
      }
    }
    return FINAL;
  }

  private static Failure of(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    int code = failure.getErrorCode();
    if (CONFLICT_STATES.contains(state) || CONFLICT_CODES.contains(code)) {
      return CONFLICT;
    }
    boolean away =
        failure instanceof SQLTransientConnectionException
            || failure instanceof SQLNonTransientConnectionException
            || failure instanceof SQLRecoverableException
            || state.startsWith("08")
            || AWAY_STATES.contains(state)
            || AWAY_CODES.contains(code);
    return away ? AWAY : FINAL;
  }
}
