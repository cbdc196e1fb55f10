package dev.weir.gateway.response;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * The run hosts of the cluster, as this gateway knows them. When the only one leaves, news of the
 * next may come after its end: a new run waits for that, and the gateway counts as ready meanwhile.
 * Thread safe.
 */
public final class RunHosts {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Duration patience;
  private final CompletableFuture<Done> first = new CompletableFuture<>();
  private final Map<Long, Set<Runnable>> waiting = new ConcurrentHashMap<>();
  private volatile List<RunHost.Identity> hosts = List.of();
  private volatile CompletableFuture<Done> next = first;
  private volatile Instant lastSeen = Instant.MIN;

  public RunHosts(InstantSource clock) {
    this(clock, PATIENCE);
  }

  RunHosts(InstantSource clock, Duration patience) {
    this.clock = clock;
    this.patience = patience;
  }

  /** A host left the cluster before it answered. */
  static final class HostGone extends RuntimeException {
    private HostGone() {
      super("the run host is gone", null, false, false);
    }
  }

  private sealed interface Command {}

  private record Listed(Set<ActorRef<RunHost.Command>> refs) implements Command {}

  private record Identified(RunHost.Identity identity) implements Command {}

  /**
   * Where a new run goes: this node when it hosts runs, else any. Waits a while for the first to
   * come, and fails as unavailable when none does.
   */
  CompletionStage<RunHost.Identity> pick() {
    CompletableFuture<Done> coming = next;
    return known()
        .map(CompletableFuture::completedStage)
        .orElseGet(
            () ->
                coming
                    .copy()
                    .completeOnTimeout(
                        Done.getInstance(), patience.toMillis(), TimeUnit.MILLISECONDS)
                    .thenApply(waited -> known().orElseThrow(RunHosts::none)));
  }

  /** Where a run that comes at this moment goes. */
  Optional<RunHost.Identity> known() {
    List<RunHost.Identity> known = hosts.stream().filter(host -> !host.draining()).toList();
    if (known.isEmpty()) {
      return Optional.empty();
    }
    for (RunHost.Identity host : known) {
      if (host.host().path().address().hasLocalScope()) {
        return Optional.of(host);
      }
    }
    return Optional.of(known.get(ThreadLocalRandom.current().nextInt(known.size())));
  }

  private static WeirException none() {
    return new WeirError.Unavailable(
            "no_run_host",
            "No orchestrator node is up yet; try again shortly.",
            Duration.ofSeconds(1))
        .asException();
  }

  /** The host of that incarnation, while it is up. */
  Optional<RunHost.Identity> find(long incarnation) {
    return hosts.stream().filter(host -> host.incarnation() == incarnation).findFirst();
  }

  /** What {@code host} answers; fails with {@link HostGone} as soon as it has left before that. */
  <T> CompletionStage<T> whileUp(RunHost.Identity host, CompletionStage<T> answer) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable gone = () -> result.completeExceptionally(new HostGone());
    Set<Runnable> others =
        waiting.computeIfAbsent(host.incarnation(), unknown -> ConcurrentHashMap.newKeySet());
    others.add(gone);
    answer.whenComplete(
        (value, failure) -> {
          others.remove(gone);
          if (failure == null) {
            result.complete(value);
          } else {
            result.completeExceptionally(failure);
          }
        });
    if (find(host.incarnation()).isEmpty()) {
      gone.run();
    }
    return result;
  }

  private void tellWhoWaitsForTheGone() {
    waiting.forEach(
        (incarnation, answers) -> {
          if (find(incarnation).isEmpty()) {
            answers.forEach(Runnable::run);
            waiting.remove(incarnation);
          }
        });
  }

  /** Whether a run that comes now starts, as far as is known. */
  public boolean areReady() {
    return known().isPresent() || clock.instant().minus(patience).isBefore(lastSeen);
  }

  /** Completes when the first host is known. */
  public CompletionStage<Done> some() {
    return first;
  }

  /** Keeps {@code target} up to date. */
  public static Behavior<?> keeper(RunHosts target) {
    return Behaviors.<Command>setup(
        context -> {
          ActorRef<RunHost.Identity> identities =
              context.messageAdapter(RunHost.Identity.class, Identified::new);
          context
              .getSystem()
              .receptionist()
              .tell(
                  Receptionist.subscribe(
                      RunHost.KEY,
                      context.messageAdapter(
                          Receptionist.Listing.class,
                          listing -> new Listed(listing.getServiceInstances(RunHost.KEY)))));
          return Behaviors.receiveMessage(
              message -> {
                switch (message) {
                  case Listed(var refs) -> target.keepOnly(refs, identities);
                  case Identified(var identity) -> target.add(identity);
                }
                return Behaviors.same();
              });
        });
  }

  private void keepOnly(
      Set<ActorRef<RunHost.Command>> refs, ActorRef<RunHost.Identity> identities) {
    become(hosts.stream().filter(host -> refs.contains(host.host())).toList());
    tellWhoWaitsForTheGone();
    for (ActorRef<RunHost.Command> ref : refs) {
      if (hosts.stream().noneMatch(host -> host.host().equals(ref))) {
        ref.tell(new RunHost.Identify(identities));
      }
    }
  }

  private void add(RunHost.Identity identity) {
    become(
        Stream.concat(
                hosts.stream().filter(host -> !host.host().equals(identity.host())),
                Stream.of(identity))
            .toList());
    if (!identity.draining()) {
      CompletableFuture<Done> come = next;
      next = new CompletableFuture<>();
      come.complete(Done.getInstance());
    }
  }

  private void become(List<RunHost.Identity> now) {
    if (known().isPresent()) {
      lastSeen = clock.instant();
    }
    hosts = now;
  }
}
