/** How a gateway asks sharded entities: within a time, again if need be, and once in effect. */
@NullMarked
package dev.weir.gateway.entity;

import org.jspecify.annotations.NullMarked;
