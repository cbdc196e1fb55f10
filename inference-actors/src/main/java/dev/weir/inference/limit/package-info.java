/**
 * How many requests and tokens an upstream may get from the whole cluster, and who may send next.
 */
@NullMarked
package dev.weir.inference.limit;

import org.jspecify.annotations.NullMarked;
