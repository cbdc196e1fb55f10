/** What a run executes: steps, alone or in parallel, each a model call with its own budget. */
@NullMarked
package dev.weir.orchestrator.plan;

import org.jspecify.annotations.NullMarked;
