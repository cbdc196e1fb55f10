package dev.weir.inference.rollout;

import dev.weir.inference.catalog.Evaluator;

/**
 * One call's part in a rollout.
 *
 * @param ofCanary whether it is the canary's, or one of those it is compared with
 */
public record Trial(Round round, boolean ofCanary, Evaluator evaluator) {}
