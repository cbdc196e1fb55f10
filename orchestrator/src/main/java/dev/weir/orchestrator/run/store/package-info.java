/** The run store: what outlives a run's host, guarded by owner and epoch. */
@NullMarked
package dev.weir.orchestrator.run.store;

import org.jspecify.annotations.NullMarked;
