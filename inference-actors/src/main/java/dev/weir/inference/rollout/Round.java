package dev.weir.inference.rollout;

import dev.weir.cluster.serialization.WireMessage;

/** One step of one canary of one model. */
public record Round(String model, String deployment, int step) implements WireMessage {}
