package dev.weir.inference.catalog.store;

import dev.weir.cluster.serialization.WireMessage;
import java.time.Instant;

/**
 * One version of the operators' changes.
 *
 * @param number from 1, without gaps
 * @param summary what was done, such as {@code put deployment local}
 * @param note the operator's own words
 */
public record Version(long number, Instant at, String summary, String note)
    implements WireMessage {}
