package dev.weir.gateway.response;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.run.RunHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * Puts questions about a response to the run host that has it: the process that its id names, or,
 * when that is gone, any other, which looks into the store. Thread safe.
 */
final class Questions {

  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
  private static final int MOST_HOPS = 3;

  private final ActorSystem<?> system;
  private final RunHosts hosts;
  private final Conduit conduit;
  private final OrchestratorCodecs codecs;

  Questions(ActorSystem<?> system, RunHosts hosts, Conduit conduit, OrchestratorCodecs codecs) {
    this.system = system;
    this.hosts = hosts;
    this.conduit = conduit;
    this.codecs = codecs;
  }

  /** The response, as whoever answers the question has it. */
  CompletionStage<Response> ask(Caller caller, String id, RunHost.Question question) {
    return answer(caller, id, question)
        .thenCompose(
            answer ->
                answer instanceof RunHost.Found(var response)
                    ? conduit.parcels().open(response, codecs.responses())
                    : CompletableFuture.failedFuture(unexpected()));
  }

  /** Part of what was put into the response. */
  CompletionStage<RunHost.Inputs> inputs(Caller caller, String id, RunHost.InputItems question) {
    return answer(caller, id, question)
        .thenCompose(
            answer ->
                answer instanceof RunHost.Inputs inputs
                    ? CompletableFuture.completedFuture(inputs)
                    : CompletableFuture.failedFuture(unexpected()));
  }

  /** What a host that has the response says. */
  private CompletionStage<RunHost.Answer> answer(
      Caller caller, String text, RunHost.Question question) {
    return ResponseId.parse(text)
        .map(
            id ->
                ask(
                    new RunHost.Ask(id, caller, question, system.ignoreRef()),
                    id.incarnation(),
                    MOST_HOPS))
        .orElseGet(() -> CompletableFuture.failedFuture(notFound(text)));
  }

  /** Asks the process the id names, or any other when it is gone; that one looks into the store. */
  private CompletionStage<RunHost.Answer> ask(RunHost.Ask ask, long incarnation, int hops) {
    return hosts
        .find(incarnation)
        .map(CompletableFuture::completedStage)
        .orElseGet(hosts::pick)
        .thenCompose(host -> ask(ask, incarnation, host, hops));
  }

  private CompletionStage<RunHost.Answer> ask(
      RunHost.Ask ask, long incarnation, RunHost.Identity host, int hops) {
    CompletionStage<RunHost.Answer> answer =
        AskPattern.ask(
            host.host(),
            replyTo -> new RunHost.Ask(ask.id(), ask.caller(), ask.question(), replyTo),
            ANSWER_WITHIN,
            system.scheduler());
    return hosts
        .whileUp(host, answer)
        .exceptionallyCompose(failure -> unanswered(ask, incarnation, hops, failure))
        .thenCompose(
            answered ->
                switch (answered) {
                  case RunHost.Found found -> CompletableFuture.completedFuture(answered);
                  case RunHost.Inputs inputs -> CompletableFuture.completedFuture(answered);
                  case RunHost.NotHere none ->
                      CompletableFuture.failedFuture(notFound(ask.id().toString()));
                  case RunHost.Denied(WeirError error) ->
                      CompletableFuture.failedFuture(error.asException());
                  case RunHost.Elsewhere(long other) ->
                      hops > 0
                          ? ask(ask, other, hops - 1)
                          : CompletableFuture.failedFuture(silence());
                });
  }

  /** Whoever is asked of a host that is gone looks into the store. */
  private CompletionStage<RunHost.Answer> unanswered(
      RunHost.Ask ask, long incarnation, int hops, Throwable failure) {
    if (failure instanceof RunHosts.HostGone && hops > 0) {
      return ask(ask, incarnation, hops - 1);
    }
    return CompletableFuture.failedFuture(isSilence(failure) ? silence() : failure);
  }

  /** Whether nobody answered. */
  static boolean isSilence(Throwable failure) {
    return failure instanceof TimeoutException || failure instanceof RunHosts.HostGone;
  }

  private static IllegalStateException unexpected() {
    return new IllegalStateException("The run host answered something else");
  }

  private static RuntimeException notFound(String id) {
    return new WeirError.NotFound("not_found", "No response with id '" + id + "'.").asException();
  }

  /** What is told when nobody answered. */
  static RuntimeException silence() {
    return new WeirError.Unavailable(
            "run_host_silent",
            "The node of this response did not answer in time; try again shortly.",
            Duration.ofSeconds(2))
        .asException();
  }
}
