/** Who belongs to the cluster, and who may go on when it splits. */
@NullMarked
package dev.weir.cluster.membership;

import org.jspecify.annotations.NullMarked;
