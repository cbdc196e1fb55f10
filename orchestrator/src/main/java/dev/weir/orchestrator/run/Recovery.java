package dev.weir.orchestrator.run;

import dev.weir.cluster.node.Departures;
import dev.weir.orchestrator.run.store.RunRow;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * Ends what a lost process left: when a member is removed, and now and then for whatever else has
 * no living host, such as the runs of a cluster that was killed whole. Every orchestrator node does
 * it; the claim decides who ends a run, and it is ended once. Once an hour it forgets what is older
 * than its retention.
 */
public final class Recovery {

  private static final Duration LOOK_AROUND = Duration.ofSeconds(30);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final Duration PURGE = Duration.ofHours(1);
  private static final int AT_ONCE = 200;

  public sealed interface Command {}

  private record Removed(long incarnation) implements Command {}

  private enum LookAround implements Command {
    NOW
  }

  private enum Purge implements Command {
    NOW
  }

  private record Done(boolean more, Runnable again) implements Command {}

  private final ActorContext<Command> context;
  private final RunArchive archive;
  private final long self;
  private final Duration retention;
  private final InstantSource clock;

  /**
   * Starts looking.
   *
   * @param self this process, which takes over what has no host
   * @param retention how long an ended run is kept
   */
  public static Behavior<Command> create(
      RunArchive archive, long self, Duration retention, InstantSource clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Recovery(context, archive, self, retention, clock).watching(timers)));
  }

  private Recovery(
      ActorContext<Command> context,
      RunArchive archive,
      long self,
      Duration retention,
      InstantSource clock) {
    this.context = context;
    this.archive = archive;
    this.self = self;
    this.retention = retention;
    this.clock = clock;
  }

  private Behavior<Command> watching(TimerScheduler<Command> timers) {
    timers.startTimerWithFixedDelay(LookAround.NOW, FIRST_LOOK, LOOK_AROUND);
    timers.startTimerWithFixedDelay(Purge.NOW, FIRST_LOOK, PURGE);
    ActorRef<Command> self = context.getSelf();
    context.spawn(
        Departures.create(incarnation -> self.tell(new Removed(incarnation))), "departures");
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Removed(long incarnation) -> endAllOf(incarnation);
            case LookAround now -> endStrays();
            case Purge now -> purge();
            case Done(boolean more, Runnable again) -> {
              if (more) {
                again.run();
              }
            }
          }
          return Behaviors.same();
        });
  }

  private void purge() {
    context.pipeToSelf(
        archive.purge(clock.instant().minus(retention)),
        (purged, failure) -> {
          if (failure != null) {
            context.getLog().warn("Could not forget old runs: {}", failure.getMessage());
          }
          return new Done(false, () -> {});
        });
  }

  private void endAllOf(long incarnation) {
    end(archive.unfinishedOf(incarnation, AT_ONCE), () -> endAllOf(incarnation));
  }

  private void endStrays() {
    end(
        archive
            .unfinished(AT_ONCE)
            .thenApply(rows -> rows.stream().filter(row -> !isMember(row.host())).toList()),
        this::endStrays);
  }

  private void end(CompletionStage<List<RunRow.Open>> rows, Runnable again) {
    context.pipeToSelf(
        rows.thenCompose(this::abandon),
        (ended, failure) -> {
          if (failure != null) {
            context.getLog().warn("Could not end what a lost node left: {}", failure.getMessage());
          }
          return new Done(failure == null && ended == AT_ONCE, again);
        });
  }

  private CompletionStage<Integer> abandon(List<RunRow.Open> rows) {
    CompletableFuture<?>[] all =
        rows.stream()
            .map(row -> archive.abandon(row.id(), row.epoch(), self).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all).thenApply(none -> rows.size());
  }

  private boolean isMember(long incarnation) {
    return StreamSupport.stream(
            Cluster.get(context.getSystem()).state().getMembers().spliterator(), false)
        .anyMatch(member -> member.uniqueAddress().longUid() == incarnation);
  }
}
