package dev.weir.inference.warm;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.provider.Providers;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.openai.OpenAi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time passes only when a test says so; sockets are real. */
class WarmerTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String LIST = "{\"data\":[{\"id\":\"m\"}]}";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<Warmer.Census> census = kit.createTestProbe();
  private final TestProbe<String> ready = kit.createTestProbe();
  private final AtomicReference<Catalog> catalog = new AtomicReference<>();
  private final List<ScriptedUpstream> upstreams = new ArrayList<>();
  private StreamingHttp http;
  private Providers providers;

  @BeforeEach
  void start() throws Exception {
    http = StreamingHttp.start(SSLContext.getDefault());
    providers = new Providers(Map.of("openai", new OpenAi(http)));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    http.close();
    upstreams.forEach(ScriptedUpstream::close);
  }

  @Test
  void aNodeIsReadyWhenItsConnectionsAreOpen() {
    ScriptedUpstream upstream = upstream(exchange -> {});
    ActorRef<Warmer.Command> warmer = warmer(deployment("a", upstream, "connections = 2"));
    ready.expectMessage("ready");
    assertThat(standing(warmer, "a")).isEqualTo(new Standing("ok", "", 2));
    soon(() -> assertThat(upstream.connected()).isEqualTo(2));
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void aNodeWithNothingToWarmIsReadyAtOnce() {
    warmer("");
    ready.expectMessage("ready");
  }

  @Test
  void nothingBeginsBeforeTheCatalogIsKnown() {
    ScriptedUpstream upstream = upstream(exchange -> {});
    AtomicReference<@Nullable Runnable> known = new AtomicReference<>();
    change(deployment("a", upstream, "connections = 1"));
    kit.spawn(Warmer.create(catalog::get, known::set, providers::of, this::ready, new Random(1)));
    soon(() -> assertThat(known.get()).isNotNull());
    time.expectNoMessageFor(Duration.ofSeconds(10), ready);
    assertThat(http.connections()).isZero();
    Objects.requireNonNull(known.get()).run();
    ready.expectMessage("ready");
  }

  @Test
  void deploymentsOfOneUpstreamShareItsConnections() {
    ScriptedUpstream upstream = upstream(exchange -> {});
    warmer(
        deployment("a", upstream, "connections = 2")
            + deployment("b", upstream, "connections = 3"));
    ready.expectMessage("ready");
    assertThat(http.connections()).isEqualTo(3);
  }

  @Test
  void anUpstreamThatIsDownKeepsNobodyFromBeingReadyAndIsToldWithItsRemedy() {
    ScriptedUpstream down = upstream(exchange -> {});
    down.close();
    ActorRef<Warmer.Command> warmer = warmer(deployment("a", down, "connections = 1"));
    ready.expectMessage("ready");
    assertThat(standing(warmer, "a").outcome()).isEqualTo("upstream_unreachable");
    assertThat(standing(warmer, "a").message()).contains("Check base-url");
  }

  @Test
  void oneThatIsSilentIsWaitedForNoLongerThanItsTimeout() {
    ScriptedUpstream silent = upstream(ScriptedUpstream.Exchange::awaitClosed);
    ActorRef<Warmer.Command> warmer =
        warmer(deployment("a", silent, "connections = 1, probe = models, timeout = 3s"));
    soon(() -> assertThat(silent.playing()).isOne());
    time.expectNoMessageFor(Duration.ofMillis(2900), ready);
    time.timePasses(Duration.ofMillis(100));
    ready.expectMessage("ready");
    assertThat(standing(warmer, "a").outcome()).isEqualTo("pending");
    time.timePasses(Duration.ofSeconds(10));
    soon(
        () ->
            assertThat(standing(warmer, "a").outcome()).isEqualTo("upstream_first_token_timeout"));
  }

  @Test
  void whatIsRequiredIsWaitedForUntilItIsThere() {
    AtomicBoolean well = new AtomicBoolean();
    ScriptedUpstream upstream = upstream(exchange -> exchange.answer(well.get() ? 200 : 401, LIST));
    ActorRef<Warmer.Command> warmer =
        warmer(deployment("a", upstream, "probe = models, required = on"));
    soon(() -> assertThat(standing(warmer, "a").outcome()).isEqualTo("upstream_auth"));
    assertThat(standing(warmer, "a").message()).contains("api-key");
    ready.expectNoMessage(Duration.ZERO);
    well.set(true);
    time.timePasses(Duration.ofSeconds(5));
    ready.expectMessage("ready");
    assertThat(standing(warmer, "a").outcome()).isEqualTo("ok");
  }

  @Test
  void whatFailsIsTriedAgainAfterAPause() {
    AtomicInteger asked = new AtomicInteger();
    ScriptedUpstream upstream =
        upstream(
            exchange -> {
              asked.incrementAndGet();
              exchange.answer(500, "");
            });
    ActorRef<Warmer.Command> warmer = warmer(deployment("a", upstream, "probe = models"));
    ready.expectMessage("ready");
    assertThat(standing(warmer, "a").outcome()).isEqualTo("upstream_error");
    time.timePasses(Duration.ofMillis(2400));
    assertThat(asked).hasValue(1);
    time.timePasses(Duration.ofMillis(2600));
    soon(() -> assertThat(asked).hasValue(2));
  }

  @Test
  void aChangedCatalogWarmsWhatIsNewAndLetsGoOfWhatIsGone() {
    ScriptedUpstream first = upstream(exchange -> {});
    ScriptedUpstream second = upstream(exchange -> {});
    ActorRef<Warmer.Command> warmer = warmer(deployment("a", first, "connections = 2"));
    ready.expectMessage("ready");
    change(deployment("b", second, "connections = 1"));
    time.timePasses(Duration.ofSeconds(1));
    soon(() -> assertThat(standing(warmer, "b")).isEqualTo(new Standing("ok", "", 1)));
    soon(() -> assertThat(http.connections()).isOne());
    soon(() -> assertThat(first.connected()).isZero());
    assertThat(census(warmer)).containsOnlyKeys("b");
    ready.expectNoMessage(Duration.ZERO);
  }

  @Test
  void nothingIsLeftWhenItStops() {
    ScriptedUpstream upstream = upstream(exchange -> {});
    ActorRef<Warmer.Command> warmer = warmer(deployment("a", upstream, "connections = 3"));
    ready.expectMessage("ready");
    kit.stop(warmer);
    soon(() -> assertThat(http.connections()).isZero());
    soon(() -> assertThat(upstream.connected()).isZero());
  }

  private ScriptedUpstream upstream(ScriptedUpstream.Script script) {
    ScriptedUpstream upstream = ScriptedUpstream.start(script);
    upstreams.add(upstream);
    return upstream;
  }

  private static String deployment(String name, ScriptedUpstream upstream, String warm) {
    return "deployments.%s { base-url = \"%s/v1\", upstream-model = m, warm { %s } }%n"
        .formatted(name, upstream.url(), warm);
  }

  private ActorRef<Warmer.Command> warmer(String deployments) {
    change(deployments);
    return kit.spawn(
        Warmer.create(catalog::get, Runnable::run, providers::of, this::ready, new Random(1)));
  }

  private void change(String deployments) {
    catalog.set(
        Catalog.from(
            ConfigFactory.parseString(deployments)
                .withFallback(ConfigFactory.load().getConfig("weir"))));
  }

  private void ready() {
    ready.ref().tell("ready");
  }

  private Standing standing(ActorRef<Warmer.Command> warmer, String deployment) {
    return census(warmer).getOrDefault(deployment, new Standing("none", "", 0));
  }

  private Map<String, Standing> census(ActorRef<Warmer.Command> warmer) {
    warmer.tell(new Warmer.Survey(census.ref()));
    return census.receiveMessage().deployments();
  }

  /** What happens at sockets happens in real time. */
  private void soon(Runnable assertion) {
    kit.createTestProbe()
        .awaitAssert(
            LONG,
            () -> {
              assertion.run();
              return true;
            });
  }
}
