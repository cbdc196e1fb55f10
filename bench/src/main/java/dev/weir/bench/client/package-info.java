/** Weir's streaming HTTP client beside Pekko HTTP's, at the same work. */
@NullMarked
package dev.weir.bench.client;

import org.jspecify.annotations.NullMarked;
