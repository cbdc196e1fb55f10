/** Who is asking. */
@NullMarked
package dev.weir.gateway.caller;

import org.jspecify.annotations.NullMarked;
