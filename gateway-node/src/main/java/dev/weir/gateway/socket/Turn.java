package dev.weir.gateway.socket;

import dev.weir.orchestrator.response.ResponseRequest;
import org.jspecify.annotations.Nullable;

/**
 * One {@code response.create}.
 *
 * @param generate false only prepares: the answer is empty and may be continued
 * @param eventId the client's own name for the message, or null
 * @param streamId what the client wants to find in every event of this turn, or null
 * @param length of the message it came in
 */
record Turn(
    ResponseRequest request,
    boolean generate,
    @Nullable String eventId,
    @Nullable String streamId,
    int length) {}
