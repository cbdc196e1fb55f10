package dev.weir.orchestrator.user;

import dev.weir.inference.catalog.Price;
import java.time.Instant;

/**
 * What was set aside for one attempt. Opaque to its holder, who brings it back with the settlement:
 * it lets a later incarnation of the user settle what an earlier one admitted.
 *
 * @param at when; the charge falls in the windows of this instant
 * @param reserved the worst case
 * @param held the part of it that was taken from the block: that of the limited meters
 */
public record Reservation(Ticket ticket, Instant at, Amounts reserved, Amounts held, Price price) {}
