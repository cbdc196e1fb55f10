/** How many tokens a text is, or at most is. */
@NullMarked
package dev.weir.inference.token;

import org.jspecify.annotations.NullMarked;
