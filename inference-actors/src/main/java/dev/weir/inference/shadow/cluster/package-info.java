/** Asks shadows, waits for what was shown, and keeps the sums of this node. */
@NullMarked
package dev.weir.inference.shadow.cluster;

import org.jspecify.annotations.NullMarked;
