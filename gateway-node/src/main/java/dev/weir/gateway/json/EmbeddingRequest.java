package dev.weir.gateway.json;

import dev.weir.inference.provider.EmbedCall;

/**
 * What {@code POST /v1/embeddings} asks for.
 *
 * @param base64 whether vectors are wanted as base64, else as numbers
 */
public record EmbeddingRequest(String model, EmbedCall call, boolean base64) {}
