/** The versions of the operators' changes: checked whole, then kept, and never altered. */
@NullMarked
package dev.weir.inference.catalog.store;

import org.jspecify.annotations.NullMarked;
