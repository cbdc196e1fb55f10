package dev.weir.gateway.chat;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.json.ErrorWriter;
import dev.weir.gateway.response.Responses;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.run.IdempotencyKey;
import dev.weir.orchestrator.user.RateLimits;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Makes chat completions of responses. Nobody can come back to one without a key, so its run is
 * cancelled when its reader goes away. Thread safe.
 */
public final class Completions {

  private final Responses responses;

  public Completions(Responses responses) {
    this.responses = responses;
  }

  /** Who asks, for what, in which trace. */
  public record Question(
      Caller caller, ChatRequest request, TraceContext trace, @Nullable IdempotencyKey key) {}

  /**
   * A completion, and how the limits of whoever asked stand.
   *
   * @param replayed whether an earlier request with the same key asked for it
   */
  public record Answer<T>(T body, RateLimits limits, boolean replayed) {}

  /**
   * The whole completion, as JSON; fails as the response does.
   *
   * @param gone completes when nobody waits for it any more
   */
  public CompletionStage<Answer<ByteString>> whole(Question question, CompletionStage<?> gone) {
    List<String> stop = question.request().stop();
    return start(question, stop.isEmpty() ? Responses.LAST : 0)
        .thenCompose(
            started -> {
              String id = started.id().toString();
              if (question.key() == null) {
                gone.thenRun(() -> responses.cancel(question.caller(), id));
              }
              CompletionStage<Response> response =
                  stop.isEmpty()
                      ? responses.ended(started)
                      : untilStop(started, question.caller(), stop);
              return response.thenApply(
                  ended ->
                      new Answer<>(
                          CompletionWriter.body(unbroken(ended, stop), stop),
                          started.limits(),
                          started.replayed()));
            });
  }

  private static Response unbroken(Response response, List<String> stop) {
    boolean stopped = !stop.isEmpty() && response.status() == Response.Status.CANCELLED;
    Optional<WeirError> failure = stopped ? Optional.empty() : Finish.failure(response);
    if (failure.isPresent()) {
      throw failure.get().asException();
    }
    return response;
  }

  /** The response once it has ended; a stop sequence ends it. */
  private CompletionStage<Response> untilStop(
      Responses.Started started, Caller caller, List<String> stop) {
    StopSequences stops = new StopSequences(stop);
    return responses.ended(
        started.with(
            started
                .events()
                .map(
                    numbered -> {
                      if (stopsNow(numbered.event(), stops)) {
                        responses.cancel(caller, started.id().toString());
                      }
                      return numbered;
                    })));
  }

  private static boolean stopsNow(ResponseEvent event, StopSequences stops) {
    if (!stops.found()
        && event instanceof ResponseEvent.Grown(var place, String text)
        && place.kind() == ResponseEvent.Kind.TEXT) {
      stops.add(text);
      return stops.found();
    }
    return false;
  }

  /** The completion's chunks, each as JSON. */
  public CompletionStage<Answer<Source<ByteString, NotUsed>>> stream(Question question) {
    return start(question, 0)
        .thenApply(
            started ->
                new Answer<>(chunks(question, started), started.limits(), started.replayed()));
  }

  private Source<ByteString, NotUsed> chunks(Question question, Responses.Started started) {
    Chunks chunks = new Chunks(question.request());
    return started
        .events()
        .mapConcat(numbered -> chunks.of(numbered.event()))
        .mapConcat(
            step ->
                switch (step) {
                  case Chunks.Write(ByteString json) -> List.of(json);
                  case Chunks.Stop now -> {
                    responses.cancel(question.caller(), started.id().toString());
                    yield List.of();
                  }
                })
        .recover(
            new PFBuilder<Throwable, ByteString>()
                .matchAny(failure -> ErrorWriter.body(WeirError.of(failure)))
                .build());
  }

  private CompletionStage<Responses.Started> start(Question question, long from) {
    return responses
        .start(
            question.caller(), question.request().request(), question.trace(), from, question.key())
        .thenApply(
            started ->
                question.key() == null ? responses.bound(question.caller(), started) : started);
  }
}
