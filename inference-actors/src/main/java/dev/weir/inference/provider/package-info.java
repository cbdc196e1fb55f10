/**
 * The contract with an upstream: a model call in, a stream of deltas out, as fast as it is read.
 */
@NullMarked
package dev.weir.inference.provider;

import org.jspecify.annotations.NullMarked;
