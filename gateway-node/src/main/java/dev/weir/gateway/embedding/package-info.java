/** Embeddings, asked of whichever orchestrator node there is. */
@NullMarked
package dev.weir.gateway.embedding;

import org.jspecify.annotations.NullMarked;
