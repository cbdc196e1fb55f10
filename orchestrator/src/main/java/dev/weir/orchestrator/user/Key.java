package dev.weir.orchestrator.user;

/**
 * Names one attempt of one step of a response: what a reservation is for, and what makes its
 * settlement count once. A further try, also after a refusal, is a further attempt.
 */
public record Key(String responseId, String step, int attempt) {}
