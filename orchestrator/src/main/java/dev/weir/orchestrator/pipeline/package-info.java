/** Pipelines: models that answer a request with a plan of several calls to another model. */
@NullMarked
package dev.weir.orchestrator.pipeline;

import org.jspecify.annotations.NullMarked;
