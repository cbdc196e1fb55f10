/** Everything that can go wrong, as one sealed type that every layer speaks. */
@NullMarked
package dev.weir.cluster.error;

import org.jspecify.annotations.NullMarked;
