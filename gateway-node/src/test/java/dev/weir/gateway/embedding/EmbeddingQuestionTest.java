package dev.weir.gateway.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddingQuestionTest {

  private static final EmbedHost.Answer ANSWER =
      new EmbedHost.Refused(new WeirError.Internal("c", "m"), new RateLimits(List.of()));

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<EmbedHost.Command> first = kit.createTestProbe();
  private final TestProbe<EmbedHost.Command> second = kit.createTestProbe();
  private final CompletableFuture<EmbedHost.Answer> answer = new CompletableFuture<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ActorRef<EmbeddingQuestion.Command> ask(List<TestProbe<EmbedHost.Command>> hosts) {
    return kit.spawn(
        EmbeddingQuestion.create(
            (host, replyTo) ->
                new EmbedHost.Embed(
                    "embd_1",
                    new Caller("t", "u"),
                    "embed",
                    new Parcel.Here<>(new EmbedCall(List.of("x"), 0)),
                    TraceContext.NONE,
                    replyTo),
            hosts.stream().map(TestProbe::ref).toList(),
            answer));
  }

  private static EmbedHost.Embed asked(TestProbe<EmbedHost.Command> host) {
    return host.expectMessageClass(EmbedHost.Embed.class);
  }

  @Test
  void theAnswerOfAHostThatLeftIsAskedOfTheNext() throws Exception {
    TestProbe<EmbedHost.Command> leaving = kit.createTestProbe();
    ActorRef<?> question = ask(List.of(leaving, second));
    asked(leaving);
    leaving.stop();
    asked(second).replyTo().tell(ANSWER);
    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(ANSWER);
    second.expectTerminated(question, Duration.ofSeconds(60));
  }

  @Test
  void theHostHearsThatNobodyWantsTheAnswer() {
    ask(List.of(first));
    ActorRef<EmbedHost.Answer> replyTo = asked(first).replyTo();
    answer.completeExceptionally(new IllegalStateException("the client has left"));
    first.expectTerminated(replyTo, Duration.ofSeconds(60));
  }

  @Test
  void withoutAHostItIsUnavailable() {
    ask(List.of());
    assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .satisfies(
            failure -> assertThat(WeirError.of(failure)).isInstanceOf(WeirError.Unavailable.class));
  }
}
