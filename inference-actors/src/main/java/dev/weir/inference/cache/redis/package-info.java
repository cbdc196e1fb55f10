/** Answers that all nodes share, in a Redis that may be away at any time. */
@NullMarked
package dev.weir.inference.cache.redis;

import org.jspecify.annotations.NullMarked;
