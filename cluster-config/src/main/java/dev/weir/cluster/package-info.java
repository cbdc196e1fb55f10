/** How a process becomes a node and how nodes speak; here, what all of it sends over the wire. */
@NullMarked
package dev.weir.cluster;

import org.jspecify.annotations.NullMarked;
