package dev.weir.orchestrator.user;

/** Names one reservation: the {@code number}-th taken from a block. */
public record Ticket(String block, long number) {}
