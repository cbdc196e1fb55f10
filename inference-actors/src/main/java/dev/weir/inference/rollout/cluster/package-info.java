/** One keeper of all rollouts of the cluster, and what it makes of them in the catalog. */
@NullMarked
package dev.weir.inference.rollout.cluster;

import org.jspecify.annotations.NullMarked;
