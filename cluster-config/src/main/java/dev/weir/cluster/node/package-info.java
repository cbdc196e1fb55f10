/** How a process becomes a member of the cluster, and how it leaves. */
@NullMarked
package dev.weir.cluster.node;

import org.jspecify.annotations.NullMarked;
