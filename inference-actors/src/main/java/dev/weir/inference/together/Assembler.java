package dev.weir.inference.together;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.batch.Batch;
import dev.weir.inference.batch.Gathering;
import dev.weir.inference.batch.Slice;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.JointProvider.News;
import dev.weir.inference.provider.UpstreamError;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * Gathers calls of one deployment on one node, as {@link Gathering} decides, sends them together
 * and hands out their answers. One phase; closed, it takes no more, and those that have not left
 * are refused.
 *
 * <p>A batch that the upstream finds fault with as a whole is sent again in halves, so that a bad
 * call fails nobody else's. Who leaves is taken out; a batch that nobody waits for is given up at
 * the upstream.
 */
public final class Assembler {

  public sealed interface Command {}

  private record Join(Member member) implements Command {}

  private record Leave(Member member) implements Command {}

  private record Came(Convoy convoy, News news) implements Command {}

  private record Left(Convoy convoy, @Nullable WeirError failure) implements Command {}

  private enum Due implements Command {
    NOW
  }

  /** Takes no more. */
  public enum Close implements Command {
    NOW
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Deployment deployment;
  private final JointProvider joint;
  private final LongSupplier nanos;
  private final Gathering<Member> gathering;
  private final Set<Member> members = new HashSet<>();

  /** Numbers what calls that can be mixed have in common; anew once nobody waits. */
  private final Map<Object, Integer> kinds = new HashMap<>();

  private final Set<Convoy> convoys = new HashSet<>();
  private long armed = Long.MIN_VALUE;
  private boolean closed;

  /**
   * An assembler of nothing.
   *
   * @param nanos a clock that only moves forward
   */
  public static Behavior<Command> create(
      Deployment deployment, JointProvider joint, LongSupplier nanos) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Assembler(context, timers, deployment, joint, nanos).assembling()));
  }

  private Assembler(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Deployment deployment,
      JointProvider joint,
      LongSupplier nanos) {
    this.context = context;
    this.timers = timers;
    this.deployment = deployment;
    this.joint = joint;
    this.nanos = nanos;
    Together together = Together.from(deployment);
    this.gathering =
        switch (together.by()) {
          case BATCHES ->
              Gathering.patient(together.gathering(), together.underWay(), deployment.queue());
          case PROMPTS ->
              new Gathering<>(together.gathering(), together.underWay(), deployment.queue());
        };
  }

  /** The answer of {@code member}, which joins now; it leaves when the stream is cancelled. */
  public static Source<Delta, NotUsed> join(ActorRef<Command> assembler, Member member) {
    assembler.tell(new Join(member));
    return Source.completionStage(member.answer)
        .mapConcat(deltas -> deltas)
        .watchTermination(
            (any, ended) -> {
              ended.whenComplete((done, failure) -> assembler.tell(new Leave(member)));
              return any;
            });
  }

  private Behavior<Command> assembling() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(
            message -> {
              switch (message) {
                case Join(Member member) -> onJoin(member);
                case Leave(Member member) -> onLeave(member);
                case Came(Convoy convoy, News news) -> onNews(convoy, news);
                case Left(Convoy convoy, var failure) -> onLeft(convoy, failure);
                case Due now -> armed = Long.MIN_VALUE;
                case Close now -> onClose();
              }
              send();
              return Behaviors.same();
            })
        .onSignal(PostStop.class, stopped -> onStopped())
        .build();
  }

  private void onJoin(Member member) {
    if (closed) {
      member.refused(closing());
    } else if (gathering.isFull(member.tokens)) {
      member.refused(full());
    } else {
      members.add(member);
      gathering.add(
          member,
          kind(member),
          member.asker.user(),
          member.asker.weight(),
          new long[] {member.tokens},
          nanos.getAsLong());
    }
  }

  private int kind(Member member) {
    if (gathering.calls() == 0) {
      kinds.clear();
    }
    return kinds.computeIfAbsent(joint.common(member.call), any -> kinds.size());
  }

  private WeirError full() {
    return new WeirError.TooManyRequests(
        "queue_full",
        "The queue of '" + deployment.name() + "' is full; try again later.",
        Together.from(deployment).gathering().maxWait());
  }

  private static WeirError closing() {
    return new WeirError.Unavailable(
        "draining", "This inference node takes no calls any more.", Duration.ofSeconds(1));
  }

  private void onClose() {
    closed = true;
    Set<Member> leaving = new HashSet<>();
    convoys.forEach(convoy -> leaving.addAll(convoy.open()));
    for (Member member : List.copyOf(members)) {
      if (!leaving.contains(member)) {
        gathering.remove(member);
        members.remove(member);
        member.refused(closing());
      }
    }
  }

  private void onLeave(Member member) {
    member.left();
    members.remove(member);
    gathering.remove(member);
    for (Convoy convoy : List.copyOf(convoys)) {
      if (convoy.isUntold() && convoy.open().isEmpty()) {
        convoy.giveUp();
        landed(convoy);
      }
    }
  }

  private void send() {
    Optional<Batch<Member>> batch = gathering.next(nanos.getAsLong());
    while (batch.isPresent()) {
      send(new Convoy(batch.get()));
      batch = gathering.next(nanos.getAsLong());
    }
    gathering.due().ifPresent(this::arm);
  }

  private void arm(long due) {
    if (due != armed) {
      armed = due;
      timers.startSingleTimer(Due.NOW, Duration.ofNanos(Math.max(0, due - nanos.getAsLong())));
    }
  }

  private void send(Convoy convoy) {
    convoys.add(convoy);
    Metrics.batched(deployment.label(), convoy.batch.size());
    ActorRef<Command> self = context.getSelf();
    Pair<UniqueKillSwitch, CompletionStage<Done>> running =
        exchange(convoy)
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(Sink.foreach(news -> self.tell(new Came(convoy, news))), Keep.both())
            .run(context.getSystem());
    convoy.leaves(running.first());
    context.pipeToSelf(
        running.second(),
        (done, failure) -> new Left(convoy, failure == null ? null : WeirError.of(failure)));
  }

  /** A provider that throws fails its batch. */
  private Source<News, NotUsed> exchange(Convoy convoy) {
    try {
      return joint.generate(convoy.entries());
    } catch (RuntimeException defect) {
      context.getLog().error("Deployment {} cannot be called", deployment.name(), defect);
      return Source.failed(WeirError.of(defect).asException());
    }
  }

  private void onNews(Convoy convoy, News news) {
    switch (news) {
      case JointProvider.Submitted(String name) -> {
        convoy.named(name);
        convoy.open().forEach(Member::submitted);
        log(convoy, "submitted");
      }
      case JointProvider.Answered(String id, List<Delta> deltas) -> {
        @Nullable Member member = convoy.open(id);
        if (member != null) {
          member.answered(deltas);
        }
      }
      case JointProvider.Refused(String id, WeirError error) -> {
        @Nullable Member member = convoy.open(id);
        if (member != null) {
          member.failed(error);
        }
      }
      case JointProvider.Ended(WeirError error) -> end(convoy, error);
    }
  }

  private void onLeft(Convoy convoy, @Nullable WeirError failure) {
    end(convoy, failure == null ? UpstreamError.malformed() : failure);
  }

  /** Those of whom nothing is known have failed so. */
  private void end(Convoy convoy, WeirError error) {
    if (convoy.isOver()) {
      return;
    }
    convoy.ends();
    landed(convoy);
    log(convoy, "over");
    if (convoy.isUntold() && convoy.open().size() > 1 && UpstreamError.mayBeOneInput(error)) {
      gathering.split(convoy.batch);
      convoy.batch.slices().stream()
          .map(Slice::call)
          .filter(Member::isOver)
          .forEach(gathering::remove);
      return;
    }
    convoy.open().forEach(member -> member.failed(error));
  }

  private void log(Convoy convoy, String what) {
    context
        .getLog()
        .info(
            "Batch {} of {} calls to {} is {}, {} open",
            convoy.name(),
            convoy.batch.size(),
            deployment.name(),
            what,
            convoy.open().size());
  }

  private void landed(Convoy convoy) {
    convoys.remove(convoy);
    gathering.ended();
  }

  /** Only a defect stops it while it has members. */
  private Behavior<Command> onStopped() {
    convoys.forEach(Convoy::giveUp);
    WeirError lost = new WeirError.Internal("batch_lost", "The batch of this call was lost.");
    members.stream().filter(member -> !member.isOver()).forEach(member -> member.failed(lost));
    return Behaviors.same();
  }
}
