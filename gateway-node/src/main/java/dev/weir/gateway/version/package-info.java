/** Which Weir this is. */
@NullMarked
package dev.weir.gateway.version;

import org.jspecify.annotations.NullMarked;
