package dev.weir.cluster.conduit;

import dev.weir.cluster.serialization.WireMessage;

/**
 * Permission for one producer to feed one stream. The consumer's node issues it; whoever holds it
 * may use it once.
 *
 * @param host where the consumer's node listens
 * @param incarnation which process that is: a later one at the same address does not know the
 *     ticket
 * @param stream the stream's number at that process
 * @param window the credit in bytes the producer starts with
 */
public record Ticket(String host, int port, long incarnation, long stream, int window)
    implements WireMessage {}
