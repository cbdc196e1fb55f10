/** Embeddings on an inference node: calls are gathered, sent together and answered apart. */
@NullMarked
package dev.weir.inference.embedding;

import org.jspecify.annotations.NullMarked;
