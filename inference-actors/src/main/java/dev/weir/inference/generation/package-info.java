/** One attempt of one model call, on the node that talks to the provider. */
@NullMarked
package dev.weir.inference.generation;

import org.jspecify.annotations.NullMarked;
