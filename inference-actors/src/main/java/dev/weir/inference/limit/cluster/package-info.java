/** The actors that keep the cluster's limits: one owner, and a copy of its books on every node. */
@NullMarked
package dev.weir.inference.limit.cluster;

import org.jspecify.annotations.NullMarked;
