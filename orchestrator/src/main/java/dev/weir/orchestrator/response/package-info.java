/** A response: what was asked, what has come of it, and every event on the way, numbered. */
@NullMarked
package dev.weir.orchestrator.response;

import org.jspecify.annotations.NullMarked;
