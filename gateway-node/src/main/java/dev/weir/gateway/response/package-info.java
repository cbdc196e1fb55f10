/**
 * Responses as the outside sees them: started, read, resumed and stopped on whichever node runs
 * them.
 */
@NullMarked
package dev.weir.gateway.response;

import org.jspecify.annotations.NullMarked;
