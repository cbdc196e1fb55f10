package dev.weir.inference.rollout.cluster;

import dev.weir.inference.catalog.Canary;
import dev.weir.inference.rollout.Fault;
import dev.weir.inference.rollout.Rollout;
import dev.weir.inference.rollout.Seen;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One round under way: watched → decided → being written, and again when that is refused. Not
 * thread safe.
 */
final class Watch {

  private final Canary canary;
  private final Rollout rollout;
  private final long began;
  private @Nullable Decision decision;
  private boolean writing;
  private long notBefore;

  /**
   * A round that begins now.
   *
   * @param now nanoseconds of any clock
   */
  Watch(Canary canary, long now) {
    this.canary = canary;
    this.rollout = new Rollout(canary.bounds());
    this.began = now;
    this.notBefore = now;
  }

  Canary.Bounds bounds() {
    return canary.bounds();
  }

  void saw(List<Seen> ofCanary, List<Seen> ofStable) {
    ofCanary.forEach(seen -> rollout.saw(true, seen));
    ofStable.forEach(seen -> rollout.saw(false, seen));
  }

  /** What is to be written now, if anything; who is told so must write it. */
  Optional<Decision> decide(long now) {
    if (decision == null) {
      decision = look(now);
    }
    if (decision == null || writing || now - notBefore < 0) {
      return Optional.empty();
    }
    writing = true;
    return Optional.of(decision);
  }

  private @Nullable Decision look(long now) {
    Optional<Fault> fault = rollout.fault();
    if (fault.isPresent()) {
      return new Decision.SendBack(fault.get());
    }
    if (now - began < bounds().window().toNanos() || !rollout.hasEnough()) {
      return null;
    }
    return rollout
        .lastFault()
        .<Decision>map(Decision.SendBack::new)
        .orElseGet(() -> new Decision.GoOn(canary.step() + 1));
  }

  /** It was not written: once more, but not before then. */
  void notBefore(long then) {
    writing = false;
    notBefore = then;
  }
}
