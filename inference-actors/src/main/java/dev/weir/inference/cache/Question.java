package dev.weir.inference.cache;

import dev.weir.cluster.serialization.WireMessage;

/**
 * What a call asks last, apart from all else that it asks.
 *
 * @param kin the same for calls that are equal but for their last message, and for no others; tells
 *     nothing of what is asked
 * @param text of that message
 */
public record Question(String kin, String text) implements WireMessage {}
