package dev.weir.inference.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every provider does, whatever its upstream does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ProviderContract {

  protected static final Duration SOON = Duration.ofSeconds(60);
  private static final Tool TOOL = new Tool("look_up", "Looks up.", "{\"type\":\"object\"}", true);

  protected ActorTestKit kit;

  /**
   * A provider whose upstream plays {@code scene}, once for each generation. A scene that cannot be
   * had aborts the test ({@link org.junit.jupiter.api.Assumptions#abort}).
   */
  protected abstract Provider provider(Scene scene, Deployment.Timeouts timeouts);

  /** Exchanges with the upstream that are open now. */
  protected abstract int open();

  @BeforeAll
  void startKit() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  void stopKit() {
    kit.shutdownTestKit();
  }

  /** A deployment as configured, with the defaults of {@code reference.conf}. */
  public static Deployment deployment(String options) {
    return deployment("tested", options);
  }

  public static Deployment deployment(String name, String options) {
    return catalog(name, options).deployment(name).orElseThrow();
  }

  /** A catalog with such a deployment, called {@code tested}. */
  protected static Catalog catalog(String options) {
    return catalog("tested", options);
  }

  private static Catalog catalog(String name, String options) {
    return Catalog.from(
        ConfigFactory.parseString("deployments { " + name + " { " + options + " } }")
            .withFallback(ConfigFactory.load().getConfig("weir")));
  }

  /** As an option of a deployment. */
  protected static String option(Deployment.Timeouts timeouts) {
    return "timeouts { connect = %sms, first-token = %sms, between-tokens = %sms, whole = %sms }\n"
        .formatted(
            timeouts.connect().toMillis(),
            timeouts.firstToken().toMillis(),
            timeouts.betweenTokens().toMillis(),
            timeouts.whole().toMillis());
  }

  /** Timeouts no test of something else runs into. */
  protected static Deployment.Timeouts patient() {
    Duration hour = Duration.ofHours(1);
    return new Deployment.Timeouts(hour, hour, hour, hour);
  }

  protected static ModelCall call(int maxOutputTokens) {
    return ModelCall.of(
        "Be brief.", List.of(Item.message("msg_1", Role.USER, "Hi")), maxOutputTokens);
  }

  protected TestSubscriber.Probe<Delta> run(Provider provider, ModelCall call) {
    return provider.generate(call).runWith(TestSink.create(kit.system()), kit.system());
  }

  private TestSubscriber.Probe<Delta> run(Scene scene) {
    return run(provider(scene, patient()), call(100));
  }

  private List<Delta> all(Scene scene, ModelCall call) {
    return provider(scene, patient())
        .generate(call)
        .runFold(
            new ArrayList<Delta>(),
            (deltas, delta) -> {
              deltas.add(delta);
              return deltas;
            },
            kit.system())
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  @Test
  void answersInOrderThenTellsUsageThenFinishes() {
    List<Delta> deltas = all(new Scene.Answers(12), call(100));
    assertThat(deltas).hasSize(14);
    assertThat(deltas.subList(0, 12)).allMatch(Delta.Text.class::isInstance);
    assertThat(deltas.get(12)).isInstanceOf(Delta.Consumed.class);
    assertThat(((Delta.Consumed) deltas.get(12)).usage().outputTokens()).isEqualTo(12);
    assertThat(((Delta.Consumed) deltas.get(12)).usage().inputTokens()).isPositive();
    assertThat(deltas.get(13)).isEqualTo(new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void saysTheSameToTheSameCall() {
    Provider provider = provider(new Scene.Answers(20), patient());
    assertThat(texts(provider)).isEqualTo(texts(provider)).hasSize(20);
  }

  private List<String> texts(Provider provider) {
    List<String> texts = new ArrayList<>();
    provider
        .generate(call(100))
        .runForeach(delta -> addText(delta, texts), kit.system())
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
    return texts;
  }

  private static void addText(Delta delta, List<String> texts) {
    if (delta instanceof Delta.Text text) {
      texts.add(text.text());
    }
  }

  @Test
  void stopsAtTheOutputCap() {
    List<Delta> deltas = all(new Scene.Answers(50), call(7));
    assertThat(deltas).filteredOn(Delta.Text.class::isInstance).hasSize(7);
    assertThat(deltas.getLast()).isEqualTo(new Delta.Finished(FinishReason.LENGTH));
    awaitNothingOpen();
  }

  @Test
  void callsTools() {
    ModelCall plain = call(100);
    ModelCall call =
        new ModelCall(
            plain.instructions(),
            plain.items(),
            List.of(TOOL),
            plain.toolChoice(),
            true,
            plain.format(),
            100,
            plain.sampling(),
            null,
            Map.of("sim.tool", TOOL.name()),
            "");
    List<Delta> deltas = all(new Scene.CallsTool(TOOL.name()), call);
    Delta.ToolCall first = (Delta.ToolCall) deltas.getFirst();
    assertThat(first.name()).isEqualTo(TOOL.name());
    assertThat(first.callId()).isNotEmpty();
    assertThat(arguments(deltas)).isEqualTo("{}");
    assertThat(deltas.getLast()).isEqualTo(new Delta.Finished(FinishReason.TOOL_CALLS));
  }

  private static String arguments(List<Delta> deltas) {
    StringBuilder arguments = new StringBuilder();
    for (Delta delta : deltas) {
      if (delta instanceof Delta.ToolCall call) {
        arguments.append(call.arguments());
      }
    }
    return arguments.toString();
  }

  @Test
  void givesNoMoreThanIsAskedFor() {
    TestSubscriber.Probe<Delta> reader = run(new Scene.Answers(5));
    for (int i = 0; i < 5; i++) {
      reader.request(1);
      assertThat(reader.expectNext()).isInstanceOf(Delta.Text.class);
    }
    reader.request(1);
    assertThat(reader.expectNext()).isInstanceOf(Delta.Consumed.class);
    reader.request(1);
    assertThat(reader.expectNext()).isInstanceOf(Delta.Finished.class);
    reader.expectComplete();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void cancelClosesTheExchangeWhileTheUpstreamIsSilent(int tokens) {
    TestSubscriber.Probe<Delta> reader = run(new Scene.StallsAfter(tokens));
    reader.request(100).expectNextN(tokens);
    awaitOpen();
    reader.cancel();
    awaitNothingOpen();
  }

  @Test
  void cancelClosesTheExchangeInMidAnswer() {
    TestSubscriber.Probe<Delta> reader = run(new Scene.Answers(100));
    reader.request(5).expectNextN(5);
    reader.cancel();
    awaitNothingOpen();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aLostConnectionFailsAfterWhatHadCome(int tokens) {
    assertFailure(new Scene.DropsAfter(tokens), tokens, "upstream_closed", true);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void rubbishFailsAfterWhatHadCome(int tokens) {
    assertFailure(new Scene.SpeaksRubbishAfter(tokens), tokens, "upstream_malformed", true);
  }

  @Test
  void aRateLimitTellsWhenToRetry() {
    WeirError.ModelFailed error =
        assertFailure(new Scene.LimitsTheRate(), 0, "upstream_rate_limited", true);
    assertThat(error.retryAfter()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aServerErrorMayBeRetried() {
    assertFailure(new Scene.Fails(), 0, "upstream_error", true);
  }

  @Test
  void aRefusedKeyMayNot() {
    assertFailure(new Scene.RefusesTheKey(), 0, "upstream_auth", false);
  }

  @Test
  void anInputThatIsTooLongIsTheCallersMatter() {
    TestSubscriber.Probe<Delta> reader = run(new Scene.RefusesTheLength());
    assertThat(WeirError.of(reader.expectSubscriptionAndError()))
        .isInstanceOfSatisfying(
            WeirError.InvalidRequest.class,
            error -> assertThat(error.code()).isEqualTo("context_length_exceeded"));
  }

  @Test
  void aLateFirstTokenFails() {
    Deployment.Timeouts timeouts = new Deployment.Timeouts(SOON, Duration.ofMillis(50), SOON, SOON);
    assertFailure(new Scene.StallsAfter(0), timeouts, 0, "upstream_first_token_timeout");
  }

  @Test
  void aLateNextTokenFails() {
    Deployment.Timeouts timeouts = new Deployment.Timeouts(SOON, SOON, Duration.ofSeconds(3), SOON);
    assertFailure(new Scene.StallsAfter(3), timeouts, 3, "upstream_between_tokens_timeout");
  }

  @Test
  void aLateEndFails() {
    Deployment.Timeouts timeouts = new Deployment.Timeouts(SOON, SOON, SOON, Duration.ofSeconds(4));
    assertFailure(new Scene.StallsAfter(3), timeouts, 3, "upstream_whole_timeout");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void whatIsNotWantedAnyMoreEndsByItsDeadline(int tokens) {
    Terms terms = new Terms("", Duration.ofSeconds(2));
    TestSubscriber.Probe<Delta> reader =
        provider(new Scene.StallsAfter(tokens), patient())
            .generate(call(100), terms)
            .runWith(TestSink.create(kit.system()), kit.system());
    reader.request(100).expectNextN(tokens);
    assertThat(WeirError.of(reader.expectError())).isEqualTo(UpstreamError.deadlineExceeded());
    awaitNothingOpen();
  }

  @Test
  void aDeadlineThatIsFarAwayChangesNothing() {
    Deployment.Timeouts timeouts =
        new Deployment.Timeouts(SOON, Duration.ofMillis(50), SOON, Duration.ofHours(1));
    TestSubscriber.Probe<Delta> reader =
        provider(new Scene.StallsAfter(0), timeouts)
            .generate(call(100), new Terms("", Duration.ofHours(2)))
            .runWith(TestSink.create(kit.system()), kit.system());
    reader.request(1);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo("upstream_first_token_timeout");
  }

  @Test
  void timeWithoutDemandIsNotTheUpstreams() {
    Deployment.Timeouts timeouts =
        new Deployment.Timeouts(SOON, SOON, Duration.ofSeconds(3), Duration.ofSeconds(6));
    TestSubscriber.Probe<Delta> reader = run(provider(new Scene.StallsAfter(3), timeouts), call(9));
    reader.request(3).expectNextN(3);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo("upstream_whole_timeout");
  }

  private void assertFailure(Scene scene, Deployment.Timeouts timeouts, int tokens, String code) {
    TestSubscriber.Probe<Delta> reader = run(provider(scene, timeouts), call(100));
    reader.request(100).expectNextN(tokens);
    assertThat(WeirError.of(reader.expectError()).code()).isEqualTo(code);
    awaitNothingOpen();
  }

  private WeirError.ModelFailed assertFailure(
      Scene scene, int tokens, String code, boolean retryable) {
    TestSubscriber.Probe<Delta> reader = run(scene);
    reader.request(100).expectNextN(tokens);
    WeirError error = WeirError.of(reader.expectError());
    assertThat(error).isInstanceOf(WeirError.ModelFailed.class);
    assertThat(error.code()).isEqualTo(code);
    assertThat(((WeirError.ModelFailed) error).retryable()).isEqualTo(retryable);
    awaitNothingOpen();
    return (WeirError.ModelFailed) error;
  }

  private void awaitOpen() {
    kit.createTestProbe().awaitAssert(SOON, () -> assertThatOpen(1));
  }

  protected void awaitNothingOpen() {
    kit.createTestProbe().awaitAssert(SOON, () -> assertThatOpen(0));
  }

  private @Nullable Void assertThatOpen(int count) {
    assertThat(open()).isEqualTo(count);
    return null;
  }
}
