package dev.weir.inference.rollout;

import dev.weir.cluster.serialization.WireMessage;

/**
 * What one call came to.
 *
 * @param firstToken nanoseconds from its beginning; where it was given up before, until then;
 *     negative when that says nothing
 */
public record Seen(long firstToken, Verdict verdict) implements WireMessage {}
