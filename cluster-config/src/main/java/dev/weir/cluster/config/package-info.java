/** Typed reading of the configuration: a bad value stops the start and names its key. */
@NullMarked
package dev.weir.cluster.config;

import org.jspecify.annotations.NullMarked;
