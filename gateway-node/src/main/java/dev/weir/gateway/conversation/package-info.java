/** Conversations as the outside sees them: begun, read, changed and forgotten from any gateway. */
@NullMarked
package dev.weir.gateway.conversation;

import org.jspecify.annotations.NullMarked;
