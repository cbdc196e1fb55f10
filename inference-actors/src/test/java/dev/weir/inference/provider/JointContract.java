package dev.weir.inference.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.JointProvider.Answered;
import dev.weir.inference.provider.JointProvider.Ended;
import dev.weir.inference.provider.JointProvider.Entry;
import dev.weir.inference.provider.JointProvider.News;
import dev.weir.inference.provider.JointProvider.Refused;
import dev.weir.inference.provider.JointProvider.Submitted;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.BatchDesk;
import dev.weir.inference.provider.upstream.BatchDesk.Ask;
import dev.weir.inference.provider.upstream.BatchDesk.End;
import dev.weir.inference.provider.upstream.BatchDesk.Outcome;
import dev.weir.inference.provider.upstream.CallBuilder;
import dev.weir.inference.provider.upstream.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.testkit.TestSubscriber;
import org.apache.pekko.stream.testkit.javadsl.TestSink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every batch endpoint comes to, whatever its upstream does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class JointContract {

  protected static final List<Entry> CALLS = List.of(entry("c-0"), entry("c-1"), entry("c-2"));

  private final List<ScriptedUpstream> upstreams = new ArrayList<>();
  private ActorTestKit kit;
  private StreamingHttp http;
  private Providers providers;

  /** How the provider is made, and how its upstream refuses. */
  protected abstract Wire wire();

  /** Its batch endpoint. */
  protected abstract BatchDesk desk();

  /** What is left at the upstream when nothing is deleted. */
  protected abstract List<String> leftovers();

  private static Entry entry(String id) {
    return new Entry(id, ModelCall.of("", List.of(Item.message("m", Role.USER, "I am " + id)), 10));
  }

  @BeforeAll
  void start() throws Exception {
    kit = ActorTestKit.create();
    http = StreamingHttp.start(SSLContext.getDefault());
    providers = new Providers(Map.of(wire().provider(), wire().factory(http)));
  }

  @AfterAll
  void stop() {
    http.close();
    kit.shutdownTestKit();
  }

  @AfterEach
  void stopUpstreams() {
    upstreams.forEach(ScriptedUpstream::close);
    upstreams.clear();
  }

  protected final ScriptedUpstream upstream(BatchDesk desk) {
    ScriptedUpstream upstream = ScriptedUpstream.start(desk);
    upstreams.add(upstream);
    return upstream;
  }

  protected final JointProvider joint(ScriptedUpstream upstream) {
    return providers
        .of(
            ProviderContract.deployment(
                "provider = %s, upstream-model = m, api-key = \"%s\", base-url = \"%s/v1\", together { calls = asked, poll = 5ms }"
                    .formatted(wire().provider(), Wire.KEY, upstream.url())))
        .joint()
        .orElseThrow();
  }

  protected final List<News> news(JointProvider joint) {
    return joint
        .generate(CALLS)
        .runWith(Sink.seq(), kit.system())
        .toCompletableFuture()
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  private List<News> news(BatchDesk desk) {
    return news(joint(upstream(desk)));
  }

  private WeirError failure(BatchDesk desk) {
    return WeirError.of(catchThrowable(() -> news(desk)));
  }

  /** What is said of each call; of what is not told of the last word counts. */
  private static Map<String, Object> outcomes(List<News> news) {
    Map<String, Object> outcomes = new HashMap<>();
    for (News one : news) {
      switch (one) {
        case Submitted submitted -> {}
        case Answered(String id, List<Delta> deltas) -> outcomes.put(id, deltas);
        case Refused(String id, WeirError error) -> outcomes.put(id, error.code());
        case Ended(WeirError error) ->
            CALLS.forEach(call -> outcomes.putIfAbsent(call.id(), error.code()));
      }
    }
    return outcomes;
  }

  private static List<Delta> answer(String id) {
    return List.of(
        new Delta.Text("Re: I am " + id),
        new Delta.Consumed(new Usage(5, 2, 3, 0)),
        new Delta.Finished(FinishReason.STOP));
  }

  private static final Map<String, Object> ALL =
      Map.of("c-0", answer("c-0"), "c-1", answer("c-1"), "c-2", answer("c-2"));

  @Test
  void everyCallHasItsAnswerWhateverTheirOrder() {
    List<News> news = news(desk());
    assertThat(news.getFirst()).isInstanceOf(Submitted.class);
    assertThat(outcomes(news)).isEqualTo(ALL);
  }

  @Test
  void itIsLookedAtUntilItIsOver() {
    BatchDesk desk = desk().looks(3);
    assertThat(outcomes(news(desk))).isEqualTo(ALL);
    assertThat(desk.asked(Ask.LOOK)).isEqualTo(4);
  }

  @Test
  void whatItLeavesIsDeleted() {
    BatchDesk desk = desk();
    news(desk);
    assertDeleted(desk, leftovers());
  }

  /** What is left is deleted when all is said, so that nobody waits for it. */
  protected final void assertDeleted(BatchDesk desk, List<String> leftovers) {
    kit.createTestProbe()
        .awaitAssert(
            () -> assertThat(desk.deleted()).containsExactlyInAnyOrderElementsOf(leftovers));
  }

  @Test
  void aCallThatIsRefusedFailsAlone() {
    assertThat(outcomes(news(desk().outcomes(only("c-1", Outcome.TOO_LONG)))))
        .isEqualTo(but("c-1", "context_length_exceeded"));
  }

  @Test
  void aLineThatCannotBeReadCostsOneAnswer() {
    assertThat(outcomes(news(desk().outcomes(only("c-1", Outcome.UNREADABLE)))))
        .isEqualTo(but("c-1", "upstream_malformed"));
  }

  @Test
  void aCallThatIsForgottenFails() {
    assertThat(outcomes(news(desk().outcomes(only("c-2", Outcome.FORGOTTEN)))))
        .isEqualTo(but("c-2", "upstream_malformed"));
  }

  @Test
  void whatWasNotReachedInTimeHasExpired() {
    assertThat(outcomes(news(desk().end(End.EXPIRED).outcomes(only("c-0", Outcome.EXPIRED)))))
        .isEqualTo(but("c-0", "upstream_batch_expired"));
  }

  private static Function<String, Outcome> only(String id, Outcome outcome) {
    return said -> said.endsWith(id) ? outcome : Outcome.ANSWERED;
  }

  private static Map<String, Object> but(String id, Object outcome) {
    Map<String, Object> all = new HashMap<>(ALL);
    all.put(id, outcome);
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = Ask.class,
      names = {"SUBMIT", "LOOK", "RESULTS", "DELETE"})
  void whatTheUpstreamRefusesForNowIsAskedAgain(Ask what) {
    BatchDesk desk = desk();
    desk.instead(what, it -> wire().refuse(Wire.Refusal.FAILURE, it));
    desk.instead(what, it -> wire().refuse(Wire.Refusal.FAILURE, it));
    assertThat(outcomes(news(desk))).isEqualTo(ALL);
    assertThat(desk.batches()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Ask.class,
      names = {"LOOK", "RESULTS"})
  void anUpstreamThatDiesInBetweenIsAskedAgain(Ask what) {
    BatchDesk desk = desk();
    desk.instead(what, ScriptedUpstream.Exchange::drop);
    desk.instead(what, ScriptedUpstream.Exchange::drop);
    assertThat(outcomes(news(desk))).isEqualTo(ALL);
    assertThat(desk.batches()).hasSize(1);
  }

  @Test
  void resultsThatBreakOffAreReadAgain() {
    BatchDesk desk = desk();
    desk.instead(
        Ask.RESULTS, it -> it.raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"cus").drop());
    assertThat(outcomes(news(desk))).isEqualTo(ALL);
  }

  @Test
  void aRequestThatIsWrongIsNotRepeated() {
    BatchDesk desk = desk().instead(Ask.SUBMIT, it -> wire().refuse(Wire.Refusal.REQUEST, it));
    assertThat(failure(desk).code()).isEqualTo("upstream_rejected");
    assertThat(desk.asked(Ask.SUBMIT)).isOne();
  }

  @Test
  void aKeyThatIsRefusedIsSaid() {
    BatchDesk desk = desk().instead(Ask.SUBMIT, it -> wire().refuse(Wire.Refusal.KEY, it));
    assertThat(failure(desk).code()).isEqualTo("upstream_auth");
  }

  @Test
  void aBatchThatTheUpstreamKnowsNoMoreIsLost() {
    BatchDesk desk = desk().instead(Ask.LOOK, it -> wire().refuse(Wire.Refusal.KEY, it));
    assertThat(failure(desk).code()).isEqualTo("upstream_auth");
  }

  @Test
  void whatMayHaveBeenTakenIsNotHandedInTwice() {
    BatchDesk desk =
        desk()
            .instead(
                Ask.SUBMIT, it -> it.raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{").drop());
    assertThat(failure(desk).code()).isEqualTo("upstream_closed");
    assertThat(desk.asked(Ask.SUBMIT)).isOne();
  }

  @Test
  void whoGivesUpCancelsTheBatch() {
    TestProbe<Ask> cancelled = kit.createTestProbe(Ask.class);
    BatchDesk desk = desk().looks(-1);
    desk.instead(
        Ask.CANCEL,
        it -> {
          cancelled.ref().tell(Ask.CANCEL);
          it.answer(200, "{}");
        });
    TestSubscriber.Probe<News> reader =
        joint(upstream(desk))
            .generate(CALLS)
            .runWith(TestSink.create(kit.system().classicSystem()), kit.system());
    reader.request(2);
    assertThat(reader.expectNext()).isInstanceOf(Submitted.class);
    assertThat(desk.asked()).doesNotContain(Ask.CANCEL);
    reader.cancel();
    cancelled.expectMessage(Ask.CANCEL);
  }

  @Test
  void aBatchThatIsOverIsNotCancelled() {
    BatchDesk desk = desk();
    news(desk);
    assertThat(desk.asked()).doesNotContain(Ask.CANCEL);
  }

  @Test
  void aCallThatCannotBeSaidFailsAlone() {
    List<Entry> calls =
        Stream.concat(CALLS.stream().limit(2), Stream.of(new Entry("c-2", unspeakable()))).toList();
    List<News> news =
        joint(upstream(desk()))
            .generate(calls)
            .runWith(Sink.seq(), kit.system())
            .toCompletableFuture()
            .orTimeout(60, TimeUnit.SECONDS)
            .join();
    assertThat(outcomes(news)).isEqualTo(but("c-2", "invalid_value"));
  }

  private static ModelCall unspeakable() {
    return new CallBuilder().format(new TextFormat.JsonSchema("s", "", "no JSON", true)).build();
  }
}
