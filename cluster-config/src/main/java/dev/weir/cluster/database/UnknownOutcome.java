package dev.weir.cluster.database;

import java.sql.SQLException;

/** The connection was lost during a commit: nobody here knows whether it happened. */
final class UnknownOutcome extends SQLException {

  UnknownOutcome(SQLException cause) {
    super("lost during commit", cause.getSQLState(), cause.getErrorCode(), cause);
  }
}
