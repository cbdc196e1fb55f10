package dev.weir.gateway.response;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.id.Ulid;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.conversation.ParcelPacker;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.ConversationId;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.IdempotencyKey;
import dev.weir.orchestrator.run.Run;
import dev.weir.orchestrator.run.RunHost;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * Starts, reads and stops responses wherever they run. Holds no state a client needs: any gateway
 * serves any response. Thread safe.
 */
public final class Responses {

  /** A position behind every event but the last. */
  public static final long LAST = Long.MAX_VALUE;

  private static final RateLimits UNKNOWN = new RateLimits(List.of());

  /** Who reads only the end has no status line to hurry for. */
  private static final Duration WHOLE_ANSWER_WAIT = Duration.ofSeconds(20);

  /** On the thread that has the answer: Pekko's stages would else go on in the common pool. */
  private static final Executor HERE = Runnable::run;

  private final ActorSystem<?> system;
  private final RunHosts hosts;
  private final Questions questions;
  private final Conduit conduit;
  private final OrchestratorCodecs codecs;
  private final Packer packer;
  private final Ulid ulid;
  private final Duration admissionWait;
  private final UnaryOperator<String> modelLabel;

  public Responses(
      ActorSystem<?> system,
      RunHosts hosts,
      Conduit conduit,
      OrchestratorCodecs codecs,
      Ulid ulid,
      Duration admissionWait,
      UnaryOperator<String> modelLabel) {
    this.modelLabel = modelLabel;
    this.system = system;
    this.hosts = hosts;
    this.questions = new Questions(system, hosts, conduit, codecs);
    this.conduit = conduit;
    this.codecs = codecs;
    this.packer = new ParcelPacker(conduit.parcels(), codecs.items());
    this.ulid = ulid;
    this.admissionWait = admissionWait;
  }

  /**
   * A response under way and its events. Run the source once, and at once.
   *
   * @param limits how the caller's stand; none when it is not known
   * @param replayed whether an earlier request with the same key started it
   */
  public record Started(
      ResponseId id, Source<Numbered, NotUsed> events, RateLimits limits, boolean replayed) {

    /** Of a response that was started for this request. */
    Started(ResponseId id, Source<Numbered, NotUsed> events, RateLimits limits) {
      this(id, events, limits, false);
    }

    /** The same with its events as they come out of another source. */
    public Started with(Source<Numbered, NotUsed> others) {
      return new Started(id, others, limits, replayed);
    }
  }

  /**
   * Starts a response and waits a moment for its admission.
   *
   * @param from the first event wanted, or {@link #LAST}; with that a background response has no
   *     reader, and no events
   * @return fails with the refusal, when it came in time; a later one is in the events
   */
  public CompletionStage<Started> start(
      Caller caller, ResponseRequest request, TraceContext trace, long from) {
    return start(caller, request, trace, from, null);
  }

  /**
   * The same, but once for each {@code key}: where an earlier request had it, that one's response
   * is joined. With a key the admission is waited for until it is known.
   */
  public CompletionStage<Started> start(
      Caller caller,
      ResponseRequest request,
      TraceContext trace,
      long from,
      @Nullable IdempotencyKey key) {
    return begin(caller, request, trace, from, key)
        .exceptionallyCompose(
            failure ->
                Earlier.in(failure)
                    .map(first -> join(caller, request, trace, from, key, first))
                    .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  /** An earlier request that was refused meanwhile has left its key: this one is the first then. */
  private CompletionStage<Started> join(
      Caller caller,
      ResponseRequest request,
      TraceContext trace,
      long from,
      @Nullable IdempotencyKey key,
      ResponseId first) {
    return read(caller, first.toString(), from, !(request.background() && from == LAST), true)
        .exceptionallyCompose(
            failure ->
                WeirError.of(failure) instanceof WeirError.NotFound
                    ? begin(caller, request, trace, from, key)
                    : CompletableFuture.failedFuture(failure))
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedFuture(
                    Earlier.in(failure).isPresent() ? Earlier.gone() : failure));
  }

  private CompletionStage<Started> begin(
      Caller caller,
      ResponseRequest request,
      TraceContext trace,
      long from,
      @Nullable IdempotencyKey key) {
    ClientTiming timing = new ClientTiming(Metrics.ofModel(modelLabel.apply(request.model())));
    String conversation = conversation(request);
    return hosts
        .pick()
        .thenCompose(host -> start(host, conversation, caller, request, trace, from, key))
        .thenApply(started -> started.with(started.events().map(timing::seen)));
  }

  private CompletionStage<Started> start(
      RunHost.Identity host,
      String conversation,
      Caller caller,
      ResponseRequest request,
      TraceContext trace,
      long from,
      @Nullable IdempotencyKey key) {
    ResponseId id = new ResponseId(conversation, host.incarnation(), ulid.next());
    boolean unread = request.background() && from == LAST;
    Optional<Conduit.Inbound<Numbered>> inbound =
        unread ? Optional.empty() : Optional.of(conduit.open(codecs.events()));
    Parcel<ResponseRequest> parcel =
        conduit.parcels().wrapFor(host.host(), request, codecs.requests());
    CompletionStage<Run.Admission> answer =
        AskPattern.<RunHost.Command, Run.Admission>ask(
            host.host(),
            replyTo ->
                new RunHost.Accept(
                    id,
                    caller,
                    parcel,
                    trace,
                    inbound.map(events -> new RunHost.Reading(from, events.ticket())).orElse(null),
                    replyTo,
                    key),
            key != null || (from == LAST && !unread) ? WHOLE_ANSWER_WAIT : admissionWait,
            system.scheduler());
    return (key == null ? answer : certain(hosts.whileUp(host, answer)))
        .handleAsync((admission, failure) -> started(id, inbound, admission, failure), HERE);
  }

  /** Under a key, who does not answer may have another response to tell of. */
  private static CompletionStage<Run.Admission> certain(CompletionStage<Run.Admission> answer) {
    return answer.exceptionallyCompose(
        failure ->
            CompletableFuture.failedFuture(
                Questions.isSilence(failure) ? Questions.silence() : failure));
  }

  /** The conversation a response belongs to: the one it continues, or names, or one of its own. */
  private String conversation(ResponseRequest request) {
    String previous = request.previousResponseId();
    String named = request.conversation();
    if (previous != null) {
      return ResponseId.parse(previous).orElseThrow(() -> noPrevious(previous)).conversation();
    }
    return named == null
        ? ulid.next()
        : ConversationId.parse(named).orElseThrow(() -> noConversation(named));
  }

  private Started started(
      ResponseId id,
      Optional<Conduit.Inbound<Numbered>> inbound,
      Run.Admission admission,
      Throwable failure) {
    Source<Numbered, NotUsed> events =
        inbound.map(Conduit.Inbound::source).orElseGet(Source::empty);
    if (admission instanceof Run.Refused(WeirError error, RateLimits limits)) {
      events.runWith(Sink.cancelled(), system);
      throw new Refusal(error, limits);
    }
    if (admission instanceof Run.Earlier(ResponseId first)) {
      events.runWith(Sink.cancelled(), system);
      throw new Earlier(first);
    }
    if (failure != null && !(failure instanceof TimeoutException)) {
      events.runWith(Sink.cancelled(), system);
      throw WeirError.of(failure).asException();
    }
    return admission instanceof Run.Admitted(RateLimits limits)
        ? new Started(id, events, limits)
        : new Started(id, events, UNKNOWN);
  }

  /** A response that has ended before it began: nothing was said, nothing runs. */
  public Response empty(Caller caller, ResponseRequest request) {
    Instant now = Instant.now();
    long incarnation = hosts.known().map(RunHost.Identity::incarnation).orElse(0L);
    return new Response(
        new ResponseId(ulid.next(), incarnation, ulid.next()),
        caller,
        request,
        Response.Status.COMPLETED,
        now,
        now,
        List.of(),
        Usage.ZERO,
        null,
        null,
        request.conversation(),
        Response.Summary.NONE);
  }

  /** The same, but its run is cancelled when its reader goes away before the end. */
  public Started bound(Caller caller, Started started) {
    AtomicBoolean ended = new AtomicBoolean();
    return started.with(
        started
            .events()
            .map(
                numbered -> {
                  if (numbered.event() instanceof ResponseEvent.Ended) {
                    ended.set(true);
                  }
                  return numbered;
                })
            .watchTermination(
                (used, done) -> {
                  done.whenCompleteAsync(
                      (end, failure) -> {
                        if (!ended.get()) {
                          cancel(caller, started.id().toString());
                        }
                      },
                      HERE);
                  return used;
                }));
  }

  /** The response once it has ended. */
  public CompletionStage<Response> ended(Started started) {
    return started.events().runWith(Sink.last(), system).thenApply(Responses::last);
  }

  private static Response last(Numbered numbered) {
    if (numbered.event() instanceof ResponseEvent.Ended(Response response)) {
      return response;
    }
    throw new IllegalStateException("the last event was no end");
  }

  /** The response as it is. */
  public CompletionStage<Response> retrieve(Caller caller, String id) {
    return questions.ask(caller, id, new RunHost.Retrieve());
  }

  /** Stops the response; answers once it has ended. */
  public CompletionStage<Response> cancel(Caller caller, String id) {
    return questions.ask(caller, id, new RunHost.Cancel());
  }

  /** The response's events from number {@code from} on. */
  public CompletionStage<Started> resume(Caller caller, String id, long from) {
    return read(caller, id, from, true, false);
  }

  private CompletionStage<Started> read(
      Caller caller, String id, long from, boolean events, boolean joining) {
    Optional<Conduit.Inbound<Numbered>> inbound =
        events ? Optional.of(conduit.open(codecs.events())) : Optional.empty();
    Source<Numbered, NotUsed> source =
        inbound.map(Conduit.Inbound::source).orElseGet(Source::empty);
    RunHost.Reading reading =
        inbound.map(it -> new RunHost.Reading(from, it.ticket())).orElse(null);
    return questions
        .ask(caller, id, joining ? new RunHost.Join(reading) : new RunHost.Resume(reading))
        .handle(
            (response, failure) -> {
              if (failure != null) {
                source.runWith(Sink.cancelled(), system);
                throw WeirError.of(failure).asException();
              }
              return new Started(response.id(), source, UNKNOWN, joining);
            });
  }

  /** Forgets the response; it stops first. */
  public CompletionStage<Response> delete(Caller caller, String id) {
    return questions.ask(caller, id, new RunHost.Delete());
  }

  /** Part of what was put into the response. */
  public CompletionStage<Slice> inputItems(Caller caller, String id, Slice.Wanted wanted) {
    return questions
        .inputs(
            caller,
            id,
            new RunHost.InputItems(wanted.newestFirst(), wanted.after(), wanted.limit()))
        .thenCompose(
            found ->
                packer
                    .unpack(found.items())
                    .thenApply(unpacked -> new Slice(unpacked, found.more())));
  }

  private static RuntimeException noPrevious(String id) {
    return new WeirError.NotFound(
            "previous_response_not_found", "Previous response with id '" + id + "' not found.")
        .asException();
  }

  private static RuntimeException noConversation(String id) {
    return new WeirError.NotFound("conversation_not_found", "No conversation with id '" + id + "'.")
        .asException();
  }
}
