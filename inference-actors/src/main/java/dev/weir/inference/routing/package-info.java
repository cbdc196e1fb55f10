/** Which deployment serves a call, and on which node. */
@NullMarked
package dev.weir.inference.routing;

import org.jspecify.annotations.NullMarked;
