/** Equal calls share one answer: while it is made, and for a while after. */
@NullMarked
package dev.weir.inference.cache;

import org.jspecify.annotations.NullMarked;
