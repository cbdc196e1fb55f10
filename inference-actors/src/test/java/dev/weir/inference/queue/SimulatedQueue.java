package dev.weir.inference.queue;

import dev.weir.inference.catalog.Deployment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/** Slots and their queue in simulated time. Without fairness it is first come first served. */
class SimulatedQueue {

  /** A call and what it will take. */
  record Job(int number, String user, long input, long output, double seconds) {}

  private record Event(double at, long number, Runnable happens) {}

  /** How often a call tells what it has produced. */
  private static final int REPORTS = 8;

  final Map<Job, Double> arrived = new HashMap<>();
  final Map<Job, Double> started = new HashMap<>();
  final Map<String, Integer> waiting = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::number));
  private final Set<Double> ends = new HashSet<>();
  private final FairQueue<Job> queue;
  private final int slots;
  private final boolean fair;
  private long numbered;
  private double busy;
  private double measuredFrom;
  double now;

  SimulatedQueue(int slots, boolean fair) {
    this.slots = slots;
    this.fair = fair;
    queue =
        new FairQueue<>(
            slots,
            new Deployment.Queue(Integer.MAX_VALUE, Long.MAX_VALUE),
            () -> (long) (now * 1e9));
  }

  final void at(double time, Runnable happens) {
    events.add(new Event(time, numbered++, happens));
  }

  final void runUntil(double end) {
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.remove();
      busy += queue.running() * (event.at() - now);
      now = event.at();
      event.happens().run();
    }
  }

  final void beginToMeasure() {
    measuredFrom = now;
    busy = 0;
  }

  /** The share of the slots' time that was used since it is measured. */
  final double busy() {
    return busy / (slots * (now - measuredFrom));
  }

  /** From now on to when a slot is free, as things are. */
  final double toNextFree() {
    return queue.running() < slots
        ? 0
        : ends.stream().mapToDouble(Double::doubleValue).min().orElseThrow() - now;
  }

  final void arrive(Job job, int weight) {
    arrived.put(job, now);
    String user = fair ? job.user() : "everybody";
    Asker asker = new Asker(user, fair ? weight : 1, Workload.INTERACTIVE);
    waiting.merge(job.user(), 1, Integer::sum);
    if (queue.add(job, new Claim(asker, job.input(), job.input() + job.output()))) {
      start(job);
    }
  }

  private void start(Job job) {
    waiting.merge(job.user(), -1, Integer::sum);
    started.put(job, now);
    served(job, Lane.INPUT * job.input());
    double end = now + job.seconds();
    ends.add(end);
    long told = 0;
    for (int report = 1; report <= REPORTS; report++) {
      long more = job.output() * report / REPORTS - told;
      told += more;
      at(now + job.seconds() * report / REPORTS, () -> produce(job, more));
    }
    at(end, () -> end(job, end));
  }

  private void produce(Job job, long tokens) {
    queue.produced(job, tokens);
    served(job, Lane.OUTPUT * tokens);
  }

  private void end(Job job, double end) {
    ends.remove(end);
    Optional<Job> next = queue.remove(job);
    next.ifPresent(this::start);
  }

  /** Told of every token, weighted. */
  void served(Job job, double tokens) {}
}
