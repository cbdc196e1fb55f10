/** Which call gets the next free slot, and how many may wait. */
@NullMarked
package dev.weir.inference.queue;

import org.jspecify.annotations.NullMarked;
