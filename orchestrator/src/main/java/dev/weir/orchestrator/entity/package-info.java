/** How sharded entities are asked: within a time, again if need be, and once in effect. */
@NullMarked
package dev.weir.orchestrator.entity;

import org.jspecify.annotations.NullMarked;
