package dev.weir.gateway.embedding;

import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.embedding.EmbedHost;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One embeddings request at its host. Asking → stopped, when the answer is there or nobody wants it
 * any more, of which the host hears by this actor's end. A host that leaves is followed by the
 * next.
 */
final class EmbeddingQuestion {

  /** Makes what a host is told. */
  @FunctionalInterface
  interface Message {
    EmbedHost.Embed to(ActorRef<EmbedHost.Command> host, ActorRef<EmbedHost.Answer> replyTo);
  }

  sealed interface Command {}

  private record Answered(EmbedHost.Answer answer) implements Command {}

  private enum HostGone implements Command {
    NOW
  }

  private enum Done implements Command {
    NOW
  }

  private final ActorContext<Command> context;
  private final Message message;
  private final Iterator<ActorRef<EmbedHost.Command>> hosts;
  private final CompletableFuture<EmbedHost.Answer> answer;
  private final ActorRef<EmbedHost.Answer> replies;

  static Behavior<Command> create(
      Message message,
      List<ActorRef<EmbedHost.Command>> hosts,
      CompletableFuture<EmbedHost.Answer> answer) {
    return Behaviors.setup(
        context -> {
          ActorRef<Command> self = context.getSelf();
          answer.minimalCompletionStage().whenComplete((done, failure) -> self.tell(Done.NOW));
          return new EmbeddingQuestion(context, message, hosts.iterator(), answer).ask();
        });
  }

  private EmbeddingQuestion(
      ActorContext<Command> context,
      Message message,
      Iterator<ActorRef<EmbedHost.Command>> hosts,
      CompletableFuture<EmbedHost.Answer> answer) {
    this.context = context;
    this.message = message;
    this.hosts = hosts;
    this.answer = answer;
    this.replies = context.messageAdapter(EmbedHost.Answer.class, Answered::new);
  }

  private Behavior<Command> ask() {
    if (!hosts.hasNext()) {
      answer.completeExceptionally(
          new WeirError.Unavailable(
                  "no_run_host",
                  "No orchestrator node is up; try again shortly.",
                  Duration.ofSeconds(1))
              .asException());
      return Behaviors.stopped();
    }
    ActorRef<EmbedHost.Command> host = hosts.next();
    context.watchWith(host, HostGone.NOW);
    host.tell(message.to(host, replies));
    return Behaviors.receiveMessage(
        told ->
            switch (told) {
              case Answered(EmbedHost.Answer done) -> {
                answer.complete(done);
                yield Behaviors.stopped();
              }
              case HostGone now -> ask();
              case Done now -> Behaviors.stopped();
            });
  }
}
