package dev.weir.inference.embedding;

import dev.weir.cluster.serialization.WireMessage;

/** Names one attempt of one embeddings request; attempts count from 1. */
public record EmbedId(String request, int attempt) implements WireMessage {}
