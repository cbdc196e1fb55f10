package dev.weir.inference.limit;

/**
 * What a member does with one permit.
 *
 * @param id tells it from every other permit of its member; never used again
 * @param tokens how many the call may take
 * @param used how many it is known to have taken; never falls
 */
public record Use(long id, Phase phase, long tokens, long used) {

  /** Where a permit's call is. */
  public enum Phase {
    /** It waits for its permit. */
    ASKED,
    /** Its request may be on its way. */
    STARTED,
    /** Its request has reached the upstream. */
    ARRIVED,
    /** Nothing of it will reach the upstream, or come from there, any more. */
    ENDED
  }
}
