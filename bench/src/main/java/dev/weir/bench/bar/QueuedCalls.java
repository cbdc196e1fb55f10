package dev.weir.bench.bar;

import dev.weir.cluster.conduit.Ticket;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What a call costs that waits in an inference node's queue: live heap after a full collection,
 * with all of them and without, each with a prompt of its own. Then all are cancelled.
 */
public final class QueuedCalls implements Bar {

  private static final int CALLS = 10_000;
  private static final int USERS = 100;
  private static final String PROMPT = "A weir is the low dam that meters a river. ".repeat(24);

  /** What the node said of each call. */
  private record Answers(Queue<ActorRef<Generation.Command>> accepted, AtomicInteger rejected) {}

  @Override
  public String name() {
    return "queued-calls";
  }

  @Override
  public Report measure(double scale) {
    AtomicInteger exchanges = new AtomicInteger();
    try (LoneNode lone =
        LoneNode.start(
            """
            weir.deployments.one {
              provider = builtin, slots = 1, queue { max-requests = 20000, max-tokens = 100000000 }
            }\
            """,
            call -> {
              exchanges.incrementAndGet();
              return Source.<Delta>maybe().mapMaterializedValue(never -> notUsed());
            })) {
      return measure(lone, exchanges, Bar.scaled(CALLS, scale, 10));
    }
  }

  private Report measure(LoneNode lone, AtomicInteger exchanges, int calls) {
    Answers answers = new Answers(new ConcurrentLinkedQueue<>(), new AtomicInteger());
    ActorRef<InferenceNode.Reply> asking =
        lone.system().systemActorOf(asking(answers), "asking", Props.empty());
    Ticket ticket = lone.conduit().open(lone.codecs().deltas()).ticket();
    lone.node().tell(call(0, lone, ticket, asking));
    await(() -> exchanges.get() == 1);
    long without = live();
    for (int call = 1; call <= calls; call++) {
      lone.node().tell(call(call, lone, ticket, asking));
    }
    await(() -> answers.accepted().size() + answers.rejected().get() == calls + 1);
    long with = live();
    ActorRef<Generation.Command> running = answers.accepted().remove();
    answers.accepted().forEach(generation -> generation.tell(Generation.Cancel.NOW));
    answers.accepted().clear();
    long after = live();
    running.tell(Generation.Cancel.NOW);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    return report(calls, without, with, after, answers.rejected().get() + exchanges.get() - 1);
  }

  private Report report(int calls, long without, long with, long after, int wrong) {
    return new Report(
        "10,000 calls that wait in a node's queue, prompts of 1 KB",
        "≤ 16 KiB of heap each; cancelled, none reaches the upstream",
        List.of(
            Measure.atMost("each", (with - without) / 1024.0 / calls, 16, "KiB"),
            Measure.none("refused, or begun after their cancel", wrong)),
        List.of(
            String.format(
                Locale.ROOT,
                "live heap %.1f → %.1f MiB, cancelled %.1f MiB",
                mib(without),
                mib(with),
                mib(after))),
        name());
  }

  private static double mib(long bytes) {
    return bytes / 1024.0 / 1024.0;
  }

  private static NotUsed notUsed() {
    return NotUsed.getInstance();
  }

  private static Behavior<InferenceNode.Reply> asking(Answers answers) {
    return Behaviors.receiveMessage(
        reply -> {
          if (reply instanceof InferenceNode.Accepted accepted) {
            answers.accepted().add(accepted.generation());
          } else if (reply instanceof InferenceNode.Rejected) {
            answers.rejected().incrementAndGet();
          }
          return Behaviors.same();
        });
  }

  private static InferenceNode.Generate call(
      int number, LoneNode lone, Ticket ticket, ActorRef<InferenceNode.Reply> asking) {
    ModelCall call =
        ModelCall.of("", List.of(Item.message("m", Role.USER, number + PROMPT)), 1_000);
    return new InferenceNode.Generate(
        new GenerationId("resp_" + number, "generate", 1),
        "one",
        lone.conduit().parcels().wrap(call, lone.codecs().calls()),
        1_300,
        ticket,
        TraceContext.NONE,
        asking,
        new Asker("user-" + number % USERS, 1, Workload.BACKGROUND),
        300,
        null,
        null);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("waited for a minute in vain");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static long live() {
    for (int collection = 0; collection < 3; collection++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
