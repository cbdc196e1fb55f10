/** Whether an answer has the form that was asked for, and how to ask for it once more. */
@NullMarked
package dev.weir.orchestrator.structured;

import org.jspecify.annotations.NullMarked;
