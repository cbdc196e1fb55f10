package dev.weir.inference.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.JointProvider.Answered;
import dev.weir.inference.provider.JointProvider.Ended;
import dev.weir.inference.provider.JointProvider.Entry;
import dev.weir.inference.provider.JointProvider.News;
import dev.weir.inference.provider.JointProvider.Submitted;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.ProviderContract;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.CallBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PromptsTest {

  private static final List<Entry> CALLS = List.of(entry("a", "One"), entry("b", "Two"));

  private ActorTestKit kit;
  private StreamingHttp http;

  @BeforeAll
  void start() throws Exception {
    kit = ActorTestKit.create();
    http = StreamingHttp.start(SSLContext.getDefault());
  }

  @AfterAll
  void stop() {
    http.close();
    kit.shutdownTestKit();
  }

  private static Entry entry(String id, String text) {
    return new Entry(id, ModelCall.of("", List.of(Item.message("m", Role.USER, text)), 10));
  }

  private JointProvider joint(ScriptedUpstream upstream) {
    return new OpenAi(http)
        .create(
            ProviderContract.deployment(
                "provider = openai, upstream-model = m, base-url = \"%s/v1\", together { calls = background, by = prompts }"
                    .formatted(upstream.url())))
        .joint()
        .orElseThrow();
  }

  private List<News> news(ScriptedUpstream upstream) {
    return joint(upstream)
        .generate(CALLS)
        .runWith(Sink.seq(), kit.system())
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
  }

  private List<News> news(String answer) {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(it -> it.answer(200, answer))) {
      return news(upstream);
    }
  }

  @Test
  void promptsGoInOneCallAndTheIndexTellsWhoseAnAnswerIs() {
    String answer =
        "{\"choices\":[{\"index\":1,\"text\":\"Deux\",\"finish_reason\":\"length\"},"
            + "{\"index\":0,\"text\":\"Eins\",\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":10}}";
    try (ScriptedUpstream upstream = ScriptedUpstream.start(it -> it.answer(200, answer))) {
      assertThat(news(upstream))
          .containsExactly(
              new Submitted("prompts"),
              new Answered("a", said("Eins", new Usage(3, 0, 5, 0), FinishReason.STOP)),
              new Answered("b", said("Deux", new Usage(4, 0, 5, 0), FinishReason.LENGTH)),
              new Ended(UpstreamError.malformed()));
      assertThat(upstream.requests().getFirst().line()).isEqualTo("POST /v1/completions HTTP/1.1");
      assertThat(upstream.requests().getFirst().body())
          .isEqualTo("{\"model\":\"m\",\"prompt\":[\"One\",\"Two\"],\"max_tokens\":10}");
    }
  }

  private static List<Delta> said(String text, Usage usage, FinishReason reason) {
    return List.of(new Delta.Text(text), new Delta.Consumed(usage), new Delta.Finished(reason));
  }

  @Test
  void anAnswerThatIsMissingIsNotGuessedAndNobodyPaysForItUnseen() {
    List<News> news =
        news(
            "{\"choices\":[{\"index\":1,\"text\":\"\",\"finish_reason\":\"stop\"},{\"index\":2},{}],"
                + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":10}}");
    assertThat(news)
        .containsExactly(
            new Submitted("prompts"),
            new Answered("b", List.of(new Delta.Finished(FinishReason.STOP))),
            new Ended(UpstreamError.malformed()));
  }

  @Test
  void whatTheUpstreamRefusesFailsTheCall() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(it -> it.answer(400, "{}"))) {
      assertThat(WeirError.of(catchThrowable(() -> news(upstream))).code())
          .isEqualTo("upstream_rejected");
    }
    assertThat(WeirError.of(catchThrowable(() -> news("[]"))).code())
        .isEqualTo("upstream_malformed");
  }

  @Test
  void onlyWhatIsSampledAlikeGoesTogether() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(it -> it.answer(200, "{}"))) {
      JointProvider joint = joint(upstream);
      ModelCall call = new CallBuilder().build();
      assertThat(joint.common(call)).isEqualTo(joint.common(new CallBuilder().build()));
      assertThat(joint.common(call))
          .isNotEqualTo(joint.common(new CallBuilder().sampled().build()))
          .isNotEqualTo(joint.common(new CallBuilder().cap(5).build()));
    }
  }

  @Test
  void aConversationIsNoPrompt() {
    assertThat(new CallBuilder().build().isPrompt()).isTrue();
    assertThat(new CallBuilder().tools().build().isPrompt()).isFalse();
    assertThat(new CallBuilder().build().withPrefix("So").isPrompt()).isFalse();
    assertThat(
            new CallBuilder()
                .items(Item.message("a", Role.USER, "Hi"), Item.message("b", Role.USER, "Ho"))
                .build()
                .isPrompt())
        .isFalse();
  }
}
