package dev.weir.orchestrator.run.store;

/** Whose a response is: nobody else finds it. */
public record Owner(String tenant, String user) {}
