/** Changes of the catalog at run time: a desk keeps them, and every node follows. */
@NullMarked
package dev.weir.inference.change;

import org.jspecify.annotations.NullMarked;
