/** Calls that nobody waits for, gathered and sent to an upstream that takes several at once. */
@NullMarked
package dev.weir.inference.together;

import org.jspecify.annotations.NullMarked;
