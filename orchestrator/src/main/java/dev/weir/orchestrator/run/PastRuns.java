package dev.weir.orchestrator.run;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.run.RunHost.Answer;
import dev.weir.orchestrator.run.RunHost.Ask;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongPredicate;

/**
 * Answers for runs that are not in memory here, from what is stored of them. A run whose process is
 * gone is ended first, by whoever is asked. Thread safe; nothing of it runs on the host's actor.
 */
final class PastRuns {

  private final long incarnation;
  private final LongPredicate members;
  private final RunDependencies dependencies;

  PastRuns(long incarnation, LongPredicate members, RunDependencies dependencies) {
    this.incarnation = incarnation;
    this.members = members;
    this.dependencies = dependencies;
  }

  /** Answers {@code ask}, some time. */
  void answer(Ask ask) {
    lookUp(ask)
        .exceptionally(failure -> new RunHost.Denied(WeirError.of(failure)))
        .thenAccept(ask.replyTo()::tell);
  }

  private CompletionStage<Answer> lookUp(Ask ask) {
    if (ask.question() instanceof RunHost.InputItems question) {
      return inputs(ask, question);
    }
    return dependencies
        .archive()
        .find(ask.caller(), ask.id().toString())
        .thenCompose(
            found ->
                found
                    .map(it -> found(ask, it))
                    .orElseGet(() -> CompletableFuture.completedStage(new RunHost.NotHere())));
  }

  private CompletionStage<Answer> inputs(Ask ask, RunHost.InputItems question) {
    return dependencies
        .archive()
        .input(ask.caller(), ask.id().toString())
        .thenApply(
            input ->
                input
                    .map(items -> dependencies.inputs(items, question.wanted(), ask.replyTo()))
                    .orElseGet(RunHost.NotHere::new));
  }

  private CompletionStage<Answer> found(Ask ask, RunArchive.Found found) {
    if (ask.question() instanceof RunHost.Delete) {
      return delete(ask, found);
    }
    return switch (found) {
      case RunArchive.Found.Whole(RunArchive.Ended ended) ->
          CompletableFuture.completedStage(ended(ask, ended));
      case RunArchive.Found.Unfinished(Response begun, long host, int epoch) ->
          host != incarnation && members.test(host)
              ? CompletableFuture.completedStage(new RunHost.Elsewhere(host))
              : abandoned(ask, epoch);
    };
  }

  private Answer ended(Ask ask, RunArchive.Ended ended) {
    RunHost.Reading reading = ask.question().reading();
    if (reading != null) {
      List<ResponseEvent.Numbered> events = ended.events();
      dependencies
          .streams()
          .replay(
              reading.events(),
              reading.from() == Readers.LAST
                  ? List.of(events.getLast())
                  : events.stream().filter(event -> event.number() >= reading.from()).toList());
    }
    return dependencies.found(ended.response(), ask.replyTo());
  }

  /** Its process is gone: whoever is asked first ends it, then looks again. */
  private CompletionStage<Answer> abandoned(Ask ask, int epoch) {
    if (!members.test(incarnation)) {
      return CompletableFuture.failedStage(alone().asException());
    }
    return dependencies
        .archive()
        .abandon(ask.id().toString(), epoch, incarnation)
        .thenCompose(ours -> lookUp(ask));
  }

  private CompletionStage<Answer> delete(Ask ask, RunArchive.Found found) {
    Response response =
        switch (found) {
          case RunArchive.Found.Whole whole -> whole.ended().response();
          case RunArchive.Found.Unfinished open -> open.begun();
        };
    String id = ask.id().toString();
    return dependencies
        .conversations()
        .<Conversation.Reply>ask(
            ask.caller().conversation(ask.id().conversation()),
            replyTo -> new Conversation.RemoveTurn(id, replyTo))
        .thenCompose(removed -> dependencies.archive().delete(ask.caller(), id))
        .thenApply(deleted -> dependencies.found(response, ask.replyTo()));
  }

  /** Who is in no cluster cannot tell who is dead. */
  private static WeirError alone() {
    return new WeirError.Unavailable(
        "node_not_joined",
        "This node has not joined its cluster yet; ask another, or try again shortly.",
        Duration.ofSeconds(2));
  }
}
