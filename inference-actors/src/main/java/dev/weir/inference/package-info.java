/** From a model call to a stream of tokens, fairly and safely. */
@NullMarked
package dev.weir.inference;

import org.jspecify.annotations.NullMarked;
