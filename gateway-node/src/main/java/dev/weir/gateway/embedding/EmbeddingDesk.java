package dev.weir.gateway.embedding;

import dev.weir.orchestrator.embedding.EmbedHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * Knows the embed hosts of the cluster and sends each request to one: this node's own where it has
 * one, else any. While none is known a request waits a moment for the first.
 */
public final class EmbeddingDesk {

  public sealed interface Command {}

  /**
   * Wants vectors. Whoever completes {@code answer} needs no other: the work stops.
   *
   * @param message what a host is told, given where to answer
   */
  record Ask(EmbeddingQuestion.Message message, CompletableFuture<EmbedHost.Answer> answer)
      implements Command {}

  private record Listed(Set<ActorRef<EmbedHost.Command>> hosts) implements Command {}

  private record GiveUp(Ask ask) implements Command {}

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final List<Ask> waiting = new ArrayList<>();
  private List<ActorRef<EmbedHost.Command>> hosts = List.of();

  /** A desk that hears of hosts by the Receptionist. */
  public static Behavior<Command> create() {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(
                  Receptionist.subscribe(
                      EmbedHost.KEY,
                      context.messageAdapter(
                          Receptionist.Listing.class,
                          listing -> new Listed(listing.getServiceInstances(EmbedHost.KEY)))));
          return Behaviors.withTimers(timers -> new EmbeddingDesk(context, timers).open());
        });
  }

  private EmbeddingDesk(ActorContext<Command> context, TimerScheduler<Command> timers) {
    this.context = context;
    this.timers = timers;
  }

  private Behavior<Command> open() {
    return Behaviors.receiveMessage(
        message -> {
          switch (message) {
            case Ask ask when hosts.isEmpty() -> {
              waiting.add(ask);
              timers.startSingleTimer(ask, new GiveUp(ask), PATIENCE);
            }
            case Ask ask -> send(ask);
            case Listed(var listed) -> onListed(List.copyOf(listed));
            case GiveUp(Ask ask) -> {
              if (waiting.remove(ask)) {
                send(ask);
              }
            }
          }
          return Behaviors.same();
        });
  }

  private void onListed(List<ActorRef<EmbedHost.Command>> listed) {
    hosts = listed;
    if (!hosts.isEmpty()) {
      waiting.forEach(timers::cancel);
      waiting.forEach(this::send);
      waiting.clear();
    }
  }

  private void send(Ask ask) {
    List<ActorRef<EmbedHost.Command>> order = new ArrayList<>(hosts);
    Collections.shuffle(order);
    order.sort((one, other) -> Boolean.compare(isRemote(one), isRemote(other)));
    context.spawnAnonymous(EmbeddingQuestion.create(ask.message(), order, ask.answer()));
  }

  private static boolean isRemote(ActorRef<?> host) {
    return !host.path().address().hasLocalScope();
  }
}
