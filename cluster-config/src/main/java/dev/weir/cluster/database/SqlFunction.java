package dev.weir.cluster.database;

import java.sql.SQLException;

/** JDBC work: what it needs in, what it found out. */
@FunctionalInterface
public interface SqlFunction<A, B> {

  B apply(A input) throws SQLException;
}
