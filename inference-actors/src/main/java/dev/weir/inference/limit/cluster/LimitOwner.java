package dev.weir.inference.limit.cluster;

import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.catalog.Limit;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.Demand;
import dev.weir.inference.limit.Member;
import dev.weir.inference.limit.Ownership;
import dev.weir.inference.limit.Snapshot;
import dev.weir.inference.limit.Term;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.ClusterSingletonSettings;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.jspecify.annotations.Nullable;

/**
 * Grants all permits of all limits of the cluster: one {@link Ownership} for each limit, from the
 * first demand on. A cluster singleton; should there ever be two for a while, the copies obey one.
 */
public final class LimitOwner {

  public sealed interface Command extends WireMessage {}

  /** What a member wants and has. */
  public record Report(Demand demand, ActorRef<Answer> replyTo) implements Command {}

  /** Answers {@link LimitNode.Claim}. */
  public record Read(
      String limit, String node, Term promised, @Nullable Snapshot copy, Duration quiet)
      implements Command {}

  /** Answers {@link LimitNode.Write}. */
  public record Written(String limit, String node, Term promised, long version)
      implements Command {}

  private record Nodes(Set<ActorRef<LimitNode.Command>> all) implements Command {}

  private enum Tick implements Command {
    NOW
  }

  private static final Duration INTERVAL = Duration.ofMillis(50);

  /** Names of members come from clients where a prefix takes any model. */
  private static final int MOST_MEMBERS = 10_000;

  /** One limit, and what operators see of it. */
  private record Owned(Ownership ownership, Metrics.Limit gauge) {

    void show() {
      Limit limit = ownership.limit();
      gauge.update(
          (double) ownership.requests() / limit.requests(),
          (double) ownership.tokens() / limit.tokens());
    }
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Map<String, Owned> limits = new HashMap<>();
  private final Map<Member, ActorRef<Answer>> members = new HashMap<>();
  private final Map<String, ActorRef<LimitNode.Command>> nodes = new HashMap<>();

  /** Makes this node one that may have the owner; returns how to reach it, wherever it is. */
  public static ActorRef<Command> start(ActorSystem<?> system, String role) {
    return ClusterSingleton.get(system)
        .init(
            SingletonActor.of(create(), "limit-owner")
                .withSettings(
                    ClusterSingletonSettings.create(system)
                        .withRole(role)
                        .withRemovalMargin(Duration.ofMillis(1))));
  }

  static Behavior<Command> create() {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new LimitOwner(context, timers).granting()));
  }

  private LimitOwner(ActorContext<Command> context, TimerScheduler<Command> timers) {
    this.context = context;
    this.timers = timers;
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                LimitNode.KEY,
                context.messageAdapter(
                    Receptionist.Listing.class,
                    listing -> new Nodes(listing.getAllServiceInstances(LimitNode.KEY)))));
  }

  private Behavior<Command> granting() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(this::onMessage)
        .onSignal(
            PostStop.class,
            stopped -> {
              limits.values().forEach(owned -> owned.gauge().update(0, 0));
              return Behaviors.same();
            })
        .build();
  }

  private Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Report(Demand demand, ActorRef<Answer> replyTo) -> onReport(demand, replyTo);
      case Read read ->
          with(
              read.limit(),
              limit ->
                  limit.read(read.node(), read.promised(), read.copy(), read.quiet().toNanos()));
      case Written written ->
          with(
              written.limit(),
              limit -> limit.written(written.node(), written.promised(), written.version()));
      case Nodes(Set<ActorRef<LimitNode.Command>> all) -> onNodes(all);
      case Tick now ->
          limits
              .values()
              .forEach(
                  owned -> {
                    owned.ownership().tick();
                    owned.show();
                  });
    }
    return Behaviors.same();
  }

  private void onReport(Demand demand, ActorRef<Answer> replyTo) {
    if (members.size() >= MOST_MEMBERS) {
      members.clear();
    }
    members.put(demand.member(), replyTo);
    limits.computeIfAbsent(demand.limit().name(), name -> owned(demand)).ownership().demand(demand);
  }

  private Owned owned(Demand first) {
    String name = first.limit().name();
    if (limits.isEmpty()) {
      timers.startTimerWithFixedDelay(Tick.NOW, INTERVAL);
    }
    String self =
        ActorRefResolver.get(context.getSystem()).toSerializationFormat(context.getSelf());
    Ownership ownership = new Ownership(first.limit(), self, new Network(name), System::nanoTime);
    ownership.nodes(nodes.keySet());
    return new Owned(ownership, new Metrics.Limit(name));
  }

  private void onNodes(Set<ActorRef<LimitNode.Command>> all) {
    nodes.clear();
    all.forEach(node -> nodes.put(LimitNode.name(context.getSystem(), node), node));
    members.keySet().removeIf(member -> !nodes.containsKey(member.node()));
    limits.values().forEach(owned -> owned.ownership().nodes(nodes.keySet()));
  }

  private void with(String limit, Consumer<Ownership> action) {
    Owned owned = limits.get(limit);
    if (owned != null) {
      action.accept(owned.ownership());
    }
  }

  private final class Network implements Ownership.Outbox {

    private final String limit;

    Network(String limit) {
      this.limit = limit;
    }

    private void tell(String node, LimitNode.Command message) {
      ActorRef<LimitNode.Command> to = nodes.get(node);
      if (to != null) {
        to.tell(message);
      }
    }

    @Override
    public void claim(String node, Term term) {
      tell(node, new LimitNode.Claim(limit, term, context.getSelf()));
    }

    @Override
    public void write(String node, Snapshot snapshot) {
      tell(node, new LimitNode.Write(limit, snapshot, context.getSelf()));
    }

    @Override
    public void answer(Answer answer) {
      ActorRef<Answer> to = members.get(answer.member());
      if (to != null) {
        to.tell(answer);
      }
    }
  }
}
