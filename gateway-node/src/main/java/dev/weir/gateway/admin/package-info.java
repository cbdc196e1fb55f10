/** What operators ask of a node and tell it, on a port of its own. */
@NullMarked
package dev.weir.gateway.admin;

import org.jspecify.annotations.NullMarked;
