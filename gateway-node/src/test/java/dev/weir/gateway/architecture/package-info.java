/** The shape of the code as rules. */
@NullMarked
package dev.weir.gateway.architecture;

import org.jspecify.annotations.NullMarked;
