/** Several real processes on loopback, some of which are killed. */
@NullMarked
package dev.weir.gateway.cluster;

import org.jspecify.annotations.NullMarked;
