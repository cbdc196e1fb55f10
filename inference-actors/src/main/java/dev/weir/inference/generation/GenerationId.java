package dev.weir.inference.generation;

/** Names one attempt of one step of one response; attempts count from 1. */
public record GenerationId(String responseId, String step, int attempt) {}
