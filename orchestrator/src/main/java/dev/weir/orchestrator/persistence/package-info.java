/** The journal and the snapshots: Pekko Persistence on the node's one connection pool. */
@NullMarked
package dev.weir.orchestrator.persistence;

import org.jspecify.annotations.NullMarked;
