package dev.weir.inference.generation;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.queue.AdaptiveSlots;
import dev.weir.inference.queue.Claim;
import dev.weir.inference.queue.FairQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * A deployment while it has calls: its queue, the gauge of it, and who waits in it. A part of
 * {@link InferenceNode}, used by its actor alone.
 */
final class Served {

  private static final Duration LATEST = Duration.ofMinutes(1);

  private Deployment deployment;
  private final @Nullable Gate gate;
  private final LongSupplier nanos;
  private @Nullable AdaptiveSlots adaptive;
  private final FairQueue<ActorRef<Generation.Command>> queue;
  private final Metrics.Queue gauge;
  private final Positions positions = new Positions();
  private final Spares spares = new Spares();
  private Breaker breaker;

  private final Map<ActorRef<Generation.Command>, InferenceNode.Generate> waiting =
      new LinkedHashMap<>();

  /** Of those who have begun, and of whom nothing is known yet. */
  private final Map<ActorRef<Generation.Command>, Breaker.Permit> permits = new HashMap<>();

  /**
   * Without calls.
   *
   * @param gate null where there is no limit
   * @param held how long calls held their slots before, in nanoseconds; 0 where nobody knows
   */
  Served(
      Deployment deployment,
      Breaker breaker,
      @Nullable Gate gate,
      double held,
      LongSupplier nanos) {
    this.deployment = deployment;
    this.breaker = breaker;
    this.gate = gate;
    this.nanos = nanos;
    this.adaptive = adaptive(deployment, nanos);
    this.queue =
        new FairQueue<>(
            deployment.leastSlots(),
            deployment.queue(),
            nanos,
            claim -> gate == null || gate.allows(claim));
    this.queue.expect(held);
    this.gauge = new Metrics.Queue(deployment.label());
  }

  /** Goes on with the deployment as it now is; who gets a new slot starts. */
  void adopt(Deployment changed, Breaker itsBreaker) {
    if (!changed.equals(deployment)) {
      if (gate != null && changed.limit() != null) {
        gate.limit(changed.limit());
      }
      if (changed.slots() != deployment.slots()
          || changed.leastSlots() != deployment.leastSlots()) {
        adaptive = adaptive(changed, nanos);
      }
      deployment = changed;
      breaker = itsBreaker;
      resize();
    }
  }

  private void resize() {
    int slots = adaptive == null ? deployment.slots() : adaptive.slots();
    queue
        .resize(slots, deployment.queue())
        .forEach(next -> start(next, Generation.Start.AFTER_WAITING));
    count();
  }

  private static @Nullable AdaptiveSlots adaptive(Deployment deployment, LongSupplier nanos) {
    return deployment.leastSlots() == deployment.slots()
        ? null
        : new AdaptiveSlots(deployment.leastSlots(), deployment.slots(), nanos);
  }

  /**
   * Why a call cannot be taken; whoever makes room for one that can is refused instead. Counts it
   * as sent away.
   */
  Optional<WeirError> refusal(InferenceNode.Generate generate) {
    if (generate.spare()) {
      return Spares.refusal(queue, breaker.isClosed());
    }
    if (!breaker.admits()) {
      return Optional.of(deployment.broken());
    }
    spares.inTheWayOf(queue).forEach(this::dismiss);
    Optional<WeirError> refusal = Shedding.expired(generate).or(() -> refusal(claim(generate)));
    refusal.ifPresent(error -> Metrics.shed(deployment.label(), error.code()));
    return refusal;
  }

  private Optional<WeirError> refusal(Claim claim) {
    shed(queue.shedOverdue());
    if (queue.comesTooLate(claim)) {
      return Optional.of(late(claim));
    }
    return queue.isFull(claim.tokens()) ? makeRoom(claim) : Optional.empty();
  }

  private Optional<WeirError> makeRoom(Claim claim) {
    List<ActorRef<Generation.Command>> yielding = queue.makeRoom(claim);
    yielding.forEach(newest -> drop(newest, full(claim)));
    return yielding.isEmpty() ? Optional.of(full(claim)) : Optional.empty();
  }

  /** A spare call goes; its slot is the next one's. */
  private void dismiss(ActorRef<Generation.Command> generation) {
    spares.dismiss(generation);
    ended(generation);
  }

  /** All spare calls go: nothing is to be waited for that nobody waits for. */
  void dismissSpares() {
    spares.all().forEach(this::dismiss);
  }

  private WeirError full(Claim claim) {
    return Shedding.full(deployment, orLimit(queue.refuse(claim.tokens())));
  }

  private WeirError late(Claim claim) {
    return Shedding.late(deployment, orLimit(queue.refuseLate(claim)));
  }

  /** Until there is room, and the limit allows. */
  private Duration orLimit(Duration room) {
    Duration limit = gate == null ? Duration.ZERO : gate.waitFor(queue);
    Duration later = limit.compareTo(room) > 0 ? limit : room;
    return later.compareTo(LATEST) > 0 ? LATEST : later;
  }

  private Claim claim(InferenceNode.Generate generate) {
    return generate.claim(Shedding.patience(deployment, generate));
  }

  /** Refuses those who will not have their slot in time. */
  private void shed(List<ActorRef<Generation.Command>> late) {
    late.forEach(
        generation -> {
          InferenceNode.Generate asked = waiting.get(generation);
          if (asked != null) {
            drop(generation, late(claim(asked)));
          }
        });
  }

  /** One that the queue has given up waits no more. */
  private void drop(ActorRef<Generation.Command> generation, WeirError error) {
    refuse(generation, error);
    positions.remove(generation);
    Metrics.shed(deployment.label(), error.code());
  }

  /** Takes a call that fits; whoever asked is told, and the generation when it may start. */
  void take(InferenceNode.Generate generate, ActorRef<Generation.Command> generation) {
    boolean started = queue.add(generation, claim(generate));
    generate.replyTo().tell(new InferenceNode.Accepted(generate.id(), generation, !started));
    waiting.put(generation, generate);
    spares.add(generation, generate);
    if (started) {
      start(generation, Generation.Start.NOW);
    } else {
      positions.add(generation, generate);
    }
    count();
  }

  /** With leave of the breaker; what has none is refused, and its slot goes to the next. */
  private void start(ActorRef<Generation.Command> generation, Generation.Start start) {
    positions.remove(generation);
    if (spares.has(generation)) {
      begin(generation, start);
      return;
    }
    breaker
        .admit()
        .ifPresentOrElse(
            permit -> {
              permits.put(generation, permit);
              begin(generation, start);
            },
            () -> refuse(generation, deployment.broken()));
  }

  /** What becomes of spare calls says nothing to the breaker, which others may share. */
  private void begin(ActorRef<Generation.Command> generation, Generation.Start start) {
    waiting.remove(generation);
    if (gate != null) {
      gate.started(generation);
    }
    generation.tell(start);
  }

  private void refuse(ActorRef<Generation.Command> generation, WeirError error) {
    InferenceNode.Generate refused = waiting.remove(generation);
    if (refused != null) {
      refused.replyTo().tell(new InferenceNode.Rejected(refused.id(), error));
      generation.tell(Generation.Cancel.NOW);
    }
  }

  /** What came of an exchange; an upstream that is found broken gets none of those who wait. */
  void came(
      ActorRef<Generation.Command> generation,
      boolean answered,
      @Nullable WeirError failure,
      OptionalLong tokens) {
    if (gate != null) {
      gate.came(generation, answered, failure, tokens);
      gate.update(queue);
    }
    Breaker.@Nullable Permit permit = permits.remove(generation);
    if (permit == null) {
      return;
    }
    if (failure != null && UpstreamError.speaksAgainstIt(failure)) {
      permit.failed(failure);
    } else if (answered || failure != null) {
      permit.succeeded();
    } else {
      permit.withdrawn();
    }
    if (!breaker.isClosed()) {
      refuseAll(deployment.broken());
    }
  }

  private void refuseAll(WeirError error) {
    List.copyOf(waiting.keySet()).forEach(generation -> refuse(generation, error));
  }

  /** Its first token has come. */
  void begun(ActorRef<Generation.Command> generation, Duration firstToken) {
    if (adaptive != null) {
      adaptive.spoke(firstToken, queue.running());
      resize();
    }
    if (gate != null) {
      gate.begun(generation);
      gate.update(queue);
    }
  }

  void produced(ActorRef<Generation.Command> generation, long tokens) {
    queue.produced(generation, tokens);
    if (gate != null) {
      gate.produced(generation, tokens);
    }
  }

  /** The owner of its limit has spoken; some may start. */
  void answered(Answer answer) {
    if (gate != null) {
      gate.answered(answer);
      Optional<ActorRef<Generation.Command>> next = queue.proceed();
      while (next.isPresent()) {
        start(next.get(), Generation.Start.AFTER_WAITING);
        next = queue.proceed();
      }
      count();
    }
  }

  /** Time has passed. */
  void tick() {
    if (gate != null) {
      gate.update(queue);
      if (gate.isCutOff()) {
        refuseAll(
            new WeirError.Unavailable(
                "limit_unreachable",
                "How much is left of the limit of '" + deployment.name() + "' cannot be told now.",
                Duration.ofSeconds(5)));
      }
    }
  }

  /** A generation has ended; the next one may start. */
  void ended(ActorRef<Generation.Command> generation) {
    positions.remove(generation);
    spares.remove(generation);
    waiting.remove(generation);
    if (gate != null) {
      gate.ended(generation);
    }
    Breaker.@Nullable Permit unused = permits.remove(generation);
    if (unused != null) {
      unused.withdrawn();
    }
    shed(queue.shedOverdue());
    queue.remove(generation).ifPresent(next -> start(next, Generation.Start.AFTER_WAITING));
    count();
  }

  /** Refuses who would wait in vain, and tells the others where they are. */
  void tellPositions() {
    if (queue.waiting() > 0) {
      shed(queue.shedHopeless());
      count();
      positions.tick(queue.order());
    }
  }

  String label() {
    return deployment.label();
  }

  /** How long calls hold their slots, in nanoseconds. */
  double held() {
    return queue.held();
  }

  /** Whether it has no calls, and nothing to tell of those that it had. */
  boolean isOver() {
    return queue.isEmpty() && (gate == null || gate.isIdle());
  }

  int size() {
    return queue.size();
  }

  InferenceNode.Busy busy() {
    return new InferenceNode.Busy(queue.running(), queue.waiting(), queue.slots());
  }

  private void count() {
    gauge.update(queue.waiting(), queue.running());
    if (gate != null) {
      gate.update(queue);
    }
  }
}
