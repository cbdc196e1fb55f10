/** A run produces one response: it lives where it was accepted, and its log feeds every reader. */
@NullMarked
package dev.weir.orchestrator.run;

import org.jspecify.annotations.NullMarked;
