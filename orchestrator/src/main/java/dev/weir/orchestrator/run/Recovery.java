package dev.weir.orchestrator.run;

import dev.weir.cluster.node.Departures;
import dev.weir.orchestrator.run.store.RunRow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Ends what a lost process left: when a member is removed, and now and then for whatever else has
 * no living host, such as the runs of a cluster that was killed whole: who is no member in two
 * looks is lost, but one look alone may be made before the news of a new member. Every orchestrator
 * node does it; the claim decides who ends a run, and it is ended once. Once an hour it forgets
 * what is older than its retention.
 */
public final class Recovery {

  private static final Duration LOOK_AROUND = Duration.ofSeconds(10);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final Duration PURGE = Duration.ofHours(1);
  private static final int AT_ONCE = 200;

  public sealed interface Command {}

  record Removed(long incarnation) implements Command {}

  private enum LookAround implements Command {
    NOW
  }

  private enum Purge implements Command {
    NOW
  }

  private record Known(List<Long> hosts) implements Command {}

  /** Some runs of a host were ended; there may be more. */
  private record Ended(long host, boolean more) implements Command {}

  private record Failed(String what, Throwable failure) implements Command {}

  private record Purged(int rows) implements Command {}

  private final ActorContext<Command> context;
  private final RunArchive archive;
  private final long self;
  private final LongPredicate members;
  private final Supplier<CompletionStage<Integer>> forget;
  private Set<Long> suspects = Set.of();

  /**
   * Starts looking.
   *
   * @param self this process, which takes over what has no host
   * @param members the processes that end their runs themselves
   * @param forget removes what is older than its retention; tells how much that was
   */
  public static Behavior<Command> create(
      RunArchive archive,
      long self,
      LongPredicate members,
      Supplier<CompletionStage<Integer>> forget) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Recovery(context, archive, self, members, forget).watching(timers)));
  }

  private Recovery(
      ActorContext<Command> context,
      RunArchive archive,
      long self,
      LongPredicate members,
      Supplier<CompletionStage<Integer>> forget) {
    this.context = context;
    this.archive = archive;
    this.self = self;
    this.members = members;
    this.forget = forget;
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
            case LookAround now -> lookAround();
            case Known(List<Long> hosts) -> onKnown(hosts);
            case Ended(long host, boolean more) -> {
              if (more) {
                endAllOf(host);
              }
            }
            case Purge now -> purge();
            case Purged(int rows) -> context.getLog().debug("Forgot {} old rows", rows);
            case Failed(String what, Throwable failure) ->
                context.getLog().warn("Could not {}: {}", what, failure.getMessage());
          }
          return Behaviors.same();
        });
  }

  /** A node that has not joined knows no members, and so nobody who is lost. */
  private void onKnown(List<Long> hosts) {
    Set<Long> strays = members.test(self) ? strays(hosts, members) : Set.of();
    strays.stream().filter(suspects::contains).forEach(this::endAllOf);
    suspects = strays;
  }

  /** Those that are no members. */
  static Set<Long> strays(List<Long> hosts, LongPredicate members) {
    return hosts.stream().filter(host -> !members.test(host)).collect(Collectors.toSet());
  }

  private void purge() {
    context.pipeToSelf(
        forget.get(),
        (purged, failure) ->
            failure == null ? new Purged(purged) : new Failed("forget old runs", failure));
  }

  private void lookAround() {
    context.pipeToSelf(
        archive.hosts(),
        (hosts, failure) ->
            failure == null ? new Known(hosts) : new Failed("look for lost runs", failure));
  }

  /** So many at once; what is ended is not listed again, so the next are others. */
  private void endAllOf(long host) {
    context.pipeToSelf(
        archive.unfinishedOf(host, AT_ONCE).thenCompose(this::abandon),
        (ended, failure) ->
            failure == null
                ? new Ended(host, ended == AT_ONCE)
                : new Failed("end what a lost node left", failure));
  }

  private CompletionStage<Integer> abandon(List<RunRow.Open> rows) {
    CompletableFuture<?>[] all =
        rows.stream()
            .map(row -> archive.abandon(row.id(), row.epoch(), self).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all).thenApply(none -> rows.size());
  }
}
