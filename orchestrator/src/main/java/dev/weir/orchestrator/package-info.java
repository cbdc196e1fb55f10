/** From a request to a response. */
@NullMarked
package dev.weir.orchestrator;

import org.jspecify.annotations.NullMarked;
