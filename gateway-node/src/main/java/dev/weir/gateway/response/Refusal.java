package dev.weir.gateway.response;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.user.RateLimits;

/** A response was refused before it began. Tells how the caller's limits stood. */
public final class Refusal extends RuntimeException {

  private final transient RateLimits limits;

  public Refusal(WeirError error, RateLimits limits) {
    super(error.code(), error.asException(), false, false);
    this.limits = limits;
  }

  public RateLimits limits() {
    return limits;
  }
}
