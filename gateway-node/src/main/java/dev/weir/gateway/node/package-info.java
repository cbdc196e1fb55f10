/** A process becomes a node: configuration, wiring, start and stop. */
@NullMarked
package dev.weir.gateway.node;

import org.jspecify.annotations.NullMarked;
