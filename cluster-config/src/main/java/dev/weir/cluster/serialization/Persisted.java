package dev.weir.cluster.serialization;

/** Marks an event or a snapshot: stored as CBOR under an explicit type name, for years. */
public interface Persisted {}
