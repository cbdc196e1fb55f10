package dev.weir.orchestrator.user;

import java.time.Duration;

/**
 * How one meter stands.
 *
 * @param limit the window's budget, or {@link Limits#UNLIMITED}
 * @param spent charged so far, as last recorded
 * @param remaining what can still be reserved
 * @param reset time until the window ends
 */
public record Quota(Meter meter, long limit, long spent, long remaining, Duration reset) {}
