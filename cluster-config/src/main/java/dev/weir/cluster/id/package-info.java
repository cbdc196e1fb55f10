/** Names of things: sortable, opaque to clients, made without coordination. */
@NullMarked
package dev.weir.cluster.id;

import org.jspecify.annotations.NullMarked;
