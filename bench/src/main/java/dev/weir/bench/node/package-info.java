/** Weir's nodes in processes of their own, as the launcher starts them. */
@NullMarked
package dev.weir.bench.node;

import org.jspecify.annotations.NullMarked;
