package dev.weir.orchestrator.user;

import java.util.List;

/** How the limited meters stand: the numbers of the {@code x-ratelimit-*} headers. */
public record RateLimits(List<Quota> quotas) {

  public RateLimits {
    quotas = List.copyOf(quotas);
  }
}
