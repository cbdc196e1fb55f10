package dev.weir.inference.embedding;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.conduit.Parcels;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.batch.Batch;
import dev.weir.inference.batch.Gathering;
import dev.weir.inference.batch.Shares;
import dev.weir.inference.batch.Slice;
import dev.weir.inference.breaker.Breaker;
import dev.weir.inference.catalog.Batching;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Embedder;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Overflow;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
 * Sends the embeddings calls of one deployment on one node to the upstream, several together as
 * {@link Gathering} decides, and splits the answers again. One phase; it ends with its node.
 *
 * <p>A batch of several calls that the upstream finds fault with is sent again in halves, so that a
 * bad input fails nobody else's. A call whose caller stops is taken out; a batch whose callers have
 * all stopped is closed at the upstream.
 */
public final class Batcher {

  public sealed interface Command {}

  /**
   * Wants vectors.
   *
   * @param permit goes back with the {@link Outcome}, untouched
   */
  record Submit(EmbedRequest request, Breaker.Permit permit) implements Command {}

  /**
   * What became of one call.
   *
   * @param answered whether its upstream has
   * @param failure what it failed with there; null where it did not, or was not called
   */
  public record Outcome(Breaker.Permit permit, boolean answered, @Nullable WeirError failure) {}

  private record Opened(Call call, EmbedCall inputs) implements Command {}

  private record Unreadable(Call call, WeirError error) implements Command {}

  private record CallerGone(ActorRef<EmbedReply> caller) implements Command {}

  private record Answered(Flight flight, Vectors vectors) implements Command {}

  private record Failed(Flight flight, WeirError error) implements Command {}

  private enum Due implements Command {
    NOW
  }

  /** A batch that is with the upstream. Compared by identity. */
  private static final class Flight {
    private final Batch<Call> batch;
    private final UniqueKillSwitch exchange;

    Flight(Batch<Call> batch, UniqueKillSwitch exchange) {
      this.batch = batch;
      this.exchange = exchange;
    }
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Deployment deployment;
  private final Embedder embedder;
  private final Parcels parcels;
  private final LongSupplier nanos;
  private final Consumer<Outcome> ended;
  private final TokenCounter counter = TokenCounter.estimate();
  private final Gathering<Call> gathering;
  private final Overflow overflow;
  private final Metrics.Queue gauge;
  private final Set<Call> calls = new HashSet<>();
  private final Map<ActorRef<EmbedReply>, Integer> callers = new HashMap<>();
  private final Set<Flight> flights = new HashSet<>();
  private long armed = Long.MIN_VALUE;

  /**
   * A batcher of nothing.
   *
   * @param nanos a clock that only moves forward
   * @param ended told once of every call that was submitted, when it is over
   */
  static Behavior<Command> create(
      Deployment deployment,
      Embedder embedder,
      Parcels parcels,
      LongSupplier nanos,
      Consumer<Outcome> ended) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new Batcher(context, timers, deployment, embedder, parcels, nanos, ended)
                        .batching()));
  }

  private Batcher(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Deployment deployment,
      Embedder embedder,
      Parcels parcels,
      LongSupplier nanos,
      Consumer<Outcome> ended) {
    this.context = context;
    this.timers = timers;
    this.deployment = deployment;
    this.embedder = embedder;
    this.parcels = parcels;
    this.nanos = nanos;
    this.ended = ended;
    this.gathering =
        new Gathering<>(Batching.from(deployment), deployment.slots(), deployment.queue());
    this.overflow = new Overflow(nanos);
    this.gauge = new Metrics.Queue(deployment.label());
  }

  private Behavior<Command> batching() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(
            message -> {
              switch (message) {
                case Submit submit -> onSubmit(submit.request(), submit.permit());
                case Opened(Call call, EmbedCall inputs) -> onOpened(call, inputs);
                case Unreadable(Call call, WeirError error) -> fail(call, error);
                case CallerGone(var caller) -> onCallerGone(caller);
                case Answered(Flight flight, Vectors vectors) -> onAnswered(flight, vectors);
                case Failed(Flight flight, WeirError error) -> onFailed(flight, error);
                case Due now -> armed = Long.MIN_VALUE;
              }
              send();
              return Behaviors.same();
            })
        .onSignal(PostStop.class, stopped -> onStopped())
        .build();
  }

  private void onSubmit(EmbedRequest request, Breaker.Permit permit) {
    if (gathering.isFull(request.tokens())) {
      request.replyTo().tell(new EmbedReply.Refused(request.id(), full(), 0));
      ended.accept(new Outcome(permit, false, null));
      return;
    }
    Call call = new Call(request, permit, deployment.provider());
    calls.add(call);
    gathering.expect(call, request.tokens());
    if (callers.merge(request.replyTo(), 1, Integer::sum) == 1) {
      context.watchWith(request.replyTo(), new CallerGone(request.replyTo()));
    }
    request.replyTo().tell(new EmbedReply.Accepted(request.id()));
    if (request.call() instanceof Parcel.Here<EmbedCall>(EmbedCall inputs)) {
      onOpened(call, inputs);
      return;
    }
    context.pipeToSelf(
        parcels.open(request.call(), EmbedCodecs.CALLS),
        (inputs, failure) ->
            failure == null
                ? new Opened(call, inputs)
                : new Unreadable(call, WeirError.of(failure)));
  }

  private WeirError full() {
    int excess = gathering.calls() - deployment.queue().maxRequests() + 1;
    return new WeirError.TooManyRequests(
        "queue_full",
        "The queue of '" + deployment.name() + "' is full; try again later.",
        overflow.sendAway(Math.max(1, excess)));
  }

  private void onOpened(Call call, EmbedCall inputs) {
    if (call.isOver()) {
      return;
    }
    if (inputs.inputs().isEmpty()) {
      succeed(call);
      return;
    }
    gathering.add(
        call,
        inputs.dimensions(),
        call.request.asker().user(),
        call.request.asker().weight(),
        call.opened(inputs, counter),
        nanos.getAsLong());
  }

  private void send() {
    for (Optional<Batch<Call>> batch = next(); batch.isPresent(); batch = next()) {
      send(batch.get());
    }
    gathering.due().ifPresent(this::arm);
    if (gathering.calls() == 0) {
      overflow.over();
    }
    gauge.update(gathering.calls(), gathering.running());
  }

  private void arm(long due) {
    if (due != armed) {
      armed = due;
      timers.startSingleTimer(Due.NOW, Duration.ofNanos(Math.max(0, due - nanos.getAsLong())));
    }
  }

  private Optional<Batch<Call>> next() {
    return gathering.next(nanos.getAsLong());
  }

  private void send(Batch<Call> batch) {
    List<String> inputs = new ArrayList<>(batch.size());
    for (Slice<Call> slice : batch.slices()) {
      inputs.addAll(slice.call().inputs(slice));
      if (slice.call().leaves()) {
        slice.call().request.replyTo().tell(new EmbedReply.Started(slice.call().request.id()));
      }
    }
    Metrics.batched(deployment.label(), inputs.size());
    Pair<UniqueKillSwitch, CompletionStage<Vectors>> running =
        exchange(new EmbedCall(inputs, batch.dimensions()))
            .viaMat(KillSwitches.single(), Keep.right())
            .toMat(Sink.head(), Keep.both())
            .run(context.getSystem());
    Flight flight = new Flight(batch, running.first());
    flights.add(flight);
    context.pipeToSelf(
        running.second(),
        (vectors, failure) ->
            failure == null
                ? new Answered(flight, vectors)
                : new Failed(flight, WeirError.of(failure)));
  }

  /** An embedder that throws fails its batch. */
  private Source<Vectors, ?> exchange(EmbedCall call) {
    try {
      return embedder.embed(call);
    } catch (RuntimeException defect) {
      context.getLog().error("Deployment {} cannot be called", deployment.name(), defect);
      return Source.failed(WeirError.of(defect).asException());
    }
  }

  private void onAnswered(Flight flight, Vectors vectors) {
    landed(flight);
    List<Slice<Call>> slices = flight.batch.slices();
    long[] shares = shares(slices, vectors.tokens());
    int from = 0;
    for (int at = 0; at < slices.size(); at++) {
      Slice<Call> slice = slices.get(at);
      slice.call().took(slice, vectors.all(), from, shares[at]);
      from += slice.size();
      if (slice.call().isComplete() && !slice.call().isOver()) {
        succeed(slice.call());
      }
    }
  }

  private static long[] shares(List<Slice<Call>> slices, long tokens) {
    long[] weights = slices.stream().mapToLong(slice -> slice.call().weight(slice)).toArray();
    if (tokens != Vectors.UNTOLD) {
      return Shares.of(tokens, weights);
    }
    Arrays.fill(weights, Vectors.UNTOLD);
    return weights;
  }

  private void onFailed(Flight flight, WeirError error) {
    landed(flight);
    Batch<Call> batch = flight.batch;
    if (batch.slices().size() > 1 && UpstreamError.mayBeOneInput(error)) {
      gathering.split(batch);
      batch.slices().stream().map(Slice::call).filter(Call::isOver).forEach(gathering::remove);
      return;
    }
    for (Slice<Call> slice : batch.slices()) {
      if (UpstreamError.mayHaveCost(error)) {
        slice.call().mayHaveCost();
      }
      fail(slice.call(), error);
    }
  }

  private void landed(Flight flight) {
    flights.remove(flight);
    gathering.ended();
  }

  private void succeed(Call call) {
    call.answered();
    call.request
        .replyTo()
        .tell(
            new EmbedReply.Embedded(
                call.request.id(),
                parcels.wrapFor(call.request.replyTo(), call.vectors(), EmbedCodecs.VECTORS),
                call.tokens()));
    over(call, true, null);
  }

  private void fail(Call call, WeirError error) {
    if (!call.isOver()) {
      call.failed(error.code());
      call.request.replyTo().tell(new EmbedReply.Refused(call.request.id(), error, call.tokens()));
      over(call, false, call.hasLeft() ? error : null);
    }
  }

  private void onCallerGone(ActorRef<EmbedReply> caller) {
    for (Call call : List.copyOf(calls)) {
      if (call.request.replyTo().equals(caller)) {
        call.failed("cancelled");
        over(call, false, null);
      }
    }
  }

  private void over(Call call, boolean answered, @Nullable WeirError failure) {
    callers.computeIfPresent(call.request.replyTo(), (caller, known) -> known - 1);
    if (callers.remove(call.request.replyTo(), 0)) {
      context.unwatch(call.request.replyTo());
    }
    gathering.remove(call);
    if (calls.remove(call)) {
      overflow.ended();
      ended.accept(new Outcome(call.permit, answered, failure));
    }
    for (Flight flight : flights) {
      if (flight.batch.slices().stream().allMatch(slice -> slice.call().isOver())) {
        flight.exchange.shutdown();
      }
    }
  }

  /** Only a defect stops it while it has calls. */
  private Behavior<Command> onStopped() {
    flights.forEach(flight -> flight.exchange.shutdown());
    WeirError lost =
        new WeirError.Unavailable(
            "embeddings_lost", "The calls of this deployment were lost.", Duration.ofSeconds(1));
    for (Call call : List.copyOf(calls)) {
      call.mayHaveCost();
      call.request.replyTo().tell(new EmbedReply.Refused(call.request.id(), lost, call.tokens()));
      ended.accept(new Outcome(call.permit, false, null));
    }
    gauge.update(0, 0);
    return Behaviors.same();
  }
}
