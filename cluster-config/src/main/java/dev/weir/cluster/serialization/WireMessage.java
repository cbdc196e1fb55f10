package dev.weir.cluster.serialization;

/**
 * Marks a type whose values cross nodes inside actor messages. Its class and those of everything it
 * holds are registered in the module's {@link WireTypes}.
 */
public interface WireMessage {}
