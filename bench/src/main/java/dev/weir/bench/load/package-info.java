/** Clients that read streams and tell how they came. */
@NullMarked
package dev.weir.bench.load;

import org.jspecify.annotations.NullMarked;
