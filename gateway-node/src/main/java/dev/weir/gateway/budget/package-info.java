/** What a caller has left and has spent. */
@NullMarked
package dev.weir.gateway.budget;

import org.jspecify.annotations.NullMarked;
