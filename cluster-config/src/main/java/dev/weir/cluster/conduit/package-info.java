/**
 * The Conduit: every stream between two nodes over one connection, each with its own demand in
 * bytes.
 */
@NullMarked
package dev.weir.cluster.conduit;

import org.jspecify.annotations.NullMarked;
