package dev.weir.gateway.response;

import dev.weir.orchestrator.run.RunHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/** The run hosts of the cluster, as this gateway knows them. Thread safe. */
public final class RunHosts {

  private volatile List<RunHost.Identity> hosts = List.of();
  private final CompletableFuture<Done> some = new CompletableFuture<>();
  private final Map<Long, Set<Runnable>> waiting = new ConcurrentHashMap<>();

  /** A host left the cluster before it answered. */
  static final class HostGone extends RuntimeException {
    private HostGone() {
      super("the run host is gone", null, false, false);
    }
  }

  private sealed interface Command {}

  private record Listed(Set<ActorRef<RunHost.Command>> refs) implements Command {}

  private record Identified(RunHost.Identity identity) implements Command {}

  /** Where a new run goes: this node when it hosts runs, else any. */
  Optional<RunHost.Identity> pick() {
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

  /** Whether a run could start now. */
  public boolean isEmpty() {
    return hosts.stream().allMatch(RunHost.Identity::draining);
  }

  /** Completes when the first host is known. */
  public CompletionStage<Done> some() {
    return some;
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
    hosts = hosts.stream().filter(host -> refs.contains(host.host())).toList();
    tellWhoWaitsForTheGone();
    for (ActorRef<RunHost.Command> ref : refs) {
      if (hosts.stream().noneMatch(host -> host.host().equals(ref))) {
        ref.tell(new RunHost.Identify(identities));
      }
    }
  }

  private void add(RunHost.Identity identity) {
    hosts =
        Stream.concat(
                hosts.stream().filter(host -> !host.host().equals(identity.host())),
                Stream.of(identity))
            .toList();
    some.complete(Done.getInstance());
  }
}
