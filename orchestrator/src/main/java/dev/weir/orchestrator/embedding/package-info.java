/** Embeddings requests: admitted, routed, sent and settled. */
@NullMarked
package dev.weir.orchestrator.embedding;

import org.jspecify.annotations.NullMarked;
