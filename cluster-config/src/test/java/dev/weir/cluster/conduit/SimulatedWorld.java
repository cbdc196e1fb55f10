package dev.weir.cluster.conduit;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Time, chance and the network of one simulation. The same seed gives the same history.
 *
 * <p>Until {@link #CALM} connections are cut, also without either end's noticing, and nodes are
 * restarted; after it the network only delays.
 */
class SimulatedWorld {

  static final long MILLI = 1_000_000L;
  static final long CALM = 20_000 * MILLI;
  static final long PATIENCE = 5_000 * MILLI;
  static final int MAX_FRAME = 16 * 1024;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  private final Random random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<SimulatedLink> links = new ArrayList<>();
  private final List<SimulatedStream> streams = new ArrayList<>();
  private final SimulatedNode[] nodes = new SimulatedNode[2];
  private final boolean restarts;
  private long incarnations = 100;
  private long order;
  private long now;
  private boolean stalledReleased;
  int cuts;
  int violations;

  SimulatedWorld(long seed, boolean restarts) {
    this.random = new Random(seed);
    this.restarts = restarts;
    nodes[0] = new SimulatedNode(this, "a", incarnations++);
    nodes[1] = new SimulatedNode(this, "b", incarnations++);
  }

  /** What takes the repair out overrides these two. */
  Sender sender(Frame.Hello hello) {
    return new Sender(hello, flushClock(), MAX_FRAME, now);
  }

  Receiver receiver(Receiver.Desk desk) {
    return new Receiver(desk, flushClock(), MAX_FRAME, this::now);
  }

  static FlushClock flushClock() {
    return new FlushClock(10 * MILLI);
  }

  Random random() {
    return random;
  }

  boolean happens(double probability) {
    return random.nextDouble() < probability;
  }

  long now() {
    return now;
  }

  long latency() {
    return happens(0.02) ? random.nextLong(300 * MILLI) : random.nextLong(5 * MILLI);
  }

  void at(long time, Runnable action) {
    events.add(new Event(Math.max(now, time), order++, action));
  }

  void after(long delay, Runnable action) {
    at(now + delay, action);
  }

  void add(SimulatedLink link) {
    links.add(link);
  }

  List<SimulatedStream> streams() {
    return streams;
  }

  /** Stalled readers go on only when everybody else is through. */
  boolean stalledMayGoOn() {
    return stalledReleased;
  }

  /** Runs until all streams have ended; returns false if they have not within simulated minutes. */
  boolean run(int streamCount) {
    for (int i = 0; i < streamCount; i++) {
      after(random.nextLong(CALM / 2), this::openStream);
    }
    trouble();
    beat();
    while (!events.isEmpty() && now < 20 * CALM) {
      Event event = events.remove();
      now = event.at();
      event.action().run();
      if (streams.size() == streamCount && streams.stream().allMatch(SimulatedStream::isOver)) {
        return true;
      }
      release(streamCount);
    }
    return false;
  }

  private void release(int streamCount) {
    if (!stalledReleased
        && now > CALM
        && streams.size() == streamCount
        && streams.stream().allMatch(s -> s.isOver() || s.isStalled())) {
      stalledReleased = true;
      streams.forEach(SimulatedStream::goOn);
    }
  }

  private void openStream() {
    int from = random.nextInt(2);
    SimulatedStream stream =
        new SimulatedStream(this, streams.size(), nodes[from], nodes[1 - from]);
    streams.add(stream);
    stream.start();
  }

  private void trouble() {
    if (now < CALM) {
      after(random.nextLong(1_500 * MILLI), this::trouble);
      links.removeIf(SimulatedLink::isLost);
      links.stream().filter(link -> happens(0.5)).toList().forEach(this::cut);
      if (restarts && happens(0.05)) {
        restart(random.nextInt(2));
      }
    }
  }

  private void cut(SimulatedLink link) {
    cuts++;
    link.cut(happens(0.3));
  }

  private void restart(int index) {
    SimulatedNode old = nodes[index];
    nodes[index] = new SimulatedNode(this, old.name(), incarnations++);
    old.die();
    links.stream().filter(link -> link.touches(old)).forEach(link -> link.cut(false));
  }

  SimulatedNode nodeNamed(String name) {
    return nodes[0].name().equals(name) ? nodes[0] : nodes[1];
  }

  private void beat() {
    after(200 * MILLI, this::beat);
    links.stream().toList().forEach(SimulatedLink::beat);
    for (SimulatedNode node : nodes) {
      node.beat();
    }
  }
}
