package dev.weir.inference.provider.builtin;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * One simulated deployment's levers and gauges: what it does now, how many generations run and what
 * they made. Thread safe; a change holds for every generation that starts after it.
 */
public final class SimControl {

  private final int slots;
  private final AtomicInteger running = new AtomicInteger();
  private final LongAdder generated = new LongAdder();
  private volatile SimSettings settings;
  private SplittableRandom chances;

  SimControl(SimSettings settings, int slots) {
    this.settings = settings;
    this.slots = slots;
    this.chances = new SplittableRandom(settings.seed());
  }

  public SimSettings settings() {
    return settings;
  }

  /** Changes everything at once and starts the sequence of faults anew from the seed. */
  public synchronized void set(SimSettings next) {
    settings = next;
    chances = new SplittableRandom(next.seed());
  }

  /** Simulated generations that have begun and not ended, those that ignore a cancel included. */
  public int running() {
    return running.get();
  }

  /** Tokens made since the start of the node, those that nobody read included. */
  public long generated() {
    return generated.sum();
  }

  void token() {
    generated.increment();
  }

  void began() {
    running.incrementAndGet();
  }

  void ended() {
    running.decrementAndGet();
  }

  /** The busy share of the slots; more than 1 when generations outnumber them. */
  double load() {
    return (double) running.get() / slots;
  }

  /**
   * The fault that befalls the next generation. A deployment's calls draw from one sequence, so a
   * retry may fare better; a call with a seed of its own always fares the same.
   */
  synchronized Optional<SimFault> draw(SimSettings of) {
    if (of.faults().isEmpty()) {
      return Optional.empty();
    }
    SplittableRandom random =
        of.seed() == settings.seed() ? chances : new SplittableRandom(of.seed());
    for (SimFault.Chance chance : of.faults()) {
      if (random.nextDouble() < chance.probability()) {
        return Optional.of(chance.fault());
      }
    }
    return Optional.empty();
  }
}
