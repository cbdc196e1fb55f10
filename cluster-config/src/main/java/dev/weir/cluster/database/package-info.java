/** The node's one database: its pool, its migrations, and JDBC work kept off every other thread. */
@NullMarked
package dev.weir.cluster.database;

import org.jspecify.annotations.NullMarked;
