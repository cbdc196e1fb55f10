package dev.weir.inference.limit;

import dev.weir.inference.limit.SimulatedCluster.Traffic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process of a {@link SimulatedCluster}: a copy, a queue that is never empty, maybe the owner.
 */
final class SimulatedNode {

  private static final int SLOTS = 64;
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final long CHUNK = 50 * SimulatedCluster.MILLI;

  /** One call, which the upstream answers as it likes. */
  private static final class Call {
    final int tokens;
    boolean ended;
    int made;

    Call(int tokens) {
      this.tokens = tokens;
    }
  }

  final String name;
  private final SimulatedCluster cluster;
  private final long clock;
  private final Replica replica;
  private final Permits<Call> permits;
  private final ArrayDeque<Runnable> missed = new ArrayDeque<>();
  private @Nullable Ownership owner;
  private int running;
  private boolean dead;
  private long pausedUntil;
  int started;

  SimulatedNode(String name, SimulatedCluster cluster) {
    this.name = name;
    this.cluster = cluster;
    this.clock = cluster.random.nextLong(1_000_000 * SimulatedCluster.SECOND);
    this.replica = new Replica(this::nanos);
    this.permits = new Permits<>(new Member(name, "q"), cluster.limit, CONNECT, this::nanos);
    cluster.after(cluster.random.nextLong(SimulatedCluster.SECOND), this::tick);
  }

  private long nanos() {
    return cluster.now() + clock;
  }

  void kill() {
    dead = true;
  }

  void pause(long until) {
    pausedUntil = until;
    cluster.after(until - cluster.now(), this::wake);
  }

  private void wake() {
    List<Runnable> late = new ArrayList<>(missed);
    missed.clear();
    Collections.shuffle(late, cluster.random);
    late.forEach(this::handle);
  }

  /** Runs now, when the process wakes up, or never. */
  void handle(Runnable action) {
    if (dead) {
      return;
    }
    if (cluster.now() < pausedUntil) {
      missed.add(action);
    } else {
      action.run();
    }
  }

  private void tick() {
    handle(
        () -> {
          work();
          if (owner != null) {
            owner.tick();
          }
        });
    if (!dead) {
      cluster.after(100 * SimulatedCluster.MILLI, this::tick);
    }
  }

  private void work() {
    List<Long> waiting = new ArrayList<>();
    Traffic traffic = cluster.traffic;
    for (int call = running; call < Math.min(SLOTS, running + 8); call++) {
      waiting.add((long) traffic.input() + traffic.cap());
    }
    permits.want(waiting);
    permits
        .demand()
        .ifPresent(
            demand -> {
              SimulatedNode to = cluster.owner();
              cluster.send(
                  name,
                  to.name,
                  () -> {
                    if (to.owner != null) {
                      to.owner.demand(demand);
                    }
                  });
            });
  }

  private void answered(Answer answer) {
    permits.answer(answer);
    Traffic traffic = cluster.traffic;
    while (running < SLOTS && permits.take((long) traffic.input() + traffic.cap())) {
      int output = traffic.least() + cluster.random.nextInt(traffic.cap() - traffic.least() + 1);
      Call call = new Call(output);
      permits.start(call, traffic.input());
      running++;
      started++;
      cluster.after(connecting(), () -> arrive(call));
    }
    permits.giveBack();
    work();
  }

  private long connecting() {
    return cluster.random.nextInt(30) == 0
        ? cluster.random.nextLong(4 * SimulatedCluster.SECOND)
        : cluster.random.nextLong(50 * SimulatedCluster.MILLI);
  }

  private void arrive(Call call) {
    if (dead) {
      return;
    }
    cluster.upstream.see(cluster.now(), 1, cluster.traffic.input());
    System.out.println("t= arrive " + name + " " + cluster.now() / 1e9);
    cluster.after(cluster.traffic.firstToken().toNanos(), () -> make(call));
    if (cluster.traffic.cancels() && cluster.random.nextInt(20) == 0) {
      long whole = Math.max(1, cluster.traffic.whole().toNanos());
      cluster.after(cluster.random.nextLong(whole), () -> handle(() -> cancel(call)));
    }
  }

  private void make(Call call) {
    if (dead || call.ended) {
      return;
    }
    int chunks = (int) Math.max(1, cluster.traffic.whole().toNanos() / CHUNK);
    int more = Math.min(call.tokens - call.made, 1 + call.tokens / chunks);
    call.made += more;
    cluster.upstream.see(cluster.now(), 0, more);
    boolean last = call.made == call.tokens;
    handle(
        () -> {
          permits.arrived(call);
          permits.produced(call, more * 3L / 2);
          if (last) {
            end(call, () -> permits.settled(call, cluster.traffic.input() + (long) call.tokens));
          }
          work();
        });
    if (!last) {
      cluster.after(CHUNK, () -> make(call));
    }
  }

  private void cancel(Call call) {
    if (!call.ended) {
      call.ended = true;
      end(call, () -> permits.ended(call));
      work();
    }
  }

  private void end(Call call, Runnable permit) {
    call.ended = true;
    running--;
    permit.run();
  }

  /** It has the owner, if it has not yet. */
  void own() {
    if (owner == null) {
      owner = new Ownership(cluster.limit, name + "#" + cluster.now(), new Network(), this::nanos);
      changed();
    }
  }

  /** Some have come or gone. */
  void changed() {
    cluster.after(
        cluster.random.nextLong(SimulatedCluster.SECOND),
        () ->
            handle(
                () -> {
                  if (owner != null) {
                    owner.nodes(cluster.names());
                  }
                }));
  }

  private final class Network implements Ownership.Outbox {

    @Override
    public void claim(String node, Term term) {
      SimulatedNode to = cluster.node(node);
      cluster.send(
          name,
          node,
          () -> {
            Term promised = to.replica.claim(term);
            Snapshot copy = to.replica.copy();
            long quiet = cluster.now() - cluster.departure();
            back(node, owner -> owner.read(node, promised, copy, quiet));
          });
    }

    @Override
    public void write(String node, Snapshot snapshot) {
      SimulatedNode to = cluster.node(node);
      cluster.send(
          name,
          node,
          () -> {
            Term promised = to.replica.write(snapshot);
            back(node, owner -> owner.written(node, promised, snapshot.version()));
          });
    }

    private void back(String from, java.util.function.Consumer<Ownership> answer) {
      cluster.send(
          from,
          name,
          () -> {
            if (owner != null) {
              answer.accept(owner);
            }
          });
    }

    @Override
    public void answer(Answer answer) {
      String to = answer.member().node();
      cluster.send(name, to, () -> cluster.node(to).answered(answer));
    }
  }
}
