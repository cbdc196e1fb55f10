/** Keeps calls away from an upstream while it fails. */
@NullMarked
package dev.weir.inference.breaker;

import org.jspecify.annotations.NullMarked;
