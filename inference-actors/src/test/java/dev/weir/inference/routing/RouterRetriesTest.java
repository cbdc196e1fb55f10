package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.routing.InferenceRouter.Purpose;
import dev.weir.inference.routing.Tried.Why;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

/** Where a call goes that failed, was refused or is slow. */
class RouterRetriesTest extends RouterBench {

  private static final WeirError BAD_KEY = UpstreamError.auth();
  private static final WeirError FULL =
      new WeirError.TooManyRequests("queue_full", "Full.", Duration.ofSeconds(1));

  @Test
  void whatFailedIsFollowedByTheNextFallbackAtOnceAndThenTriedAgainAfterAPause() {
    routing("fast { deployments = [sim], fallback = [extract, \"ollama/x\"] }");
    List<Tried> tried = new ArrayList<>();
    List<String> order = new ArrayList<>();
    for (int call = 0; call < 5; call++) {
      InferenceRouter.Chosen chosen = chosen(Purpose.ANSWER, tried);
      order.add(chosen.deployment().name());
      assertThat(chosen.pause()).isLessThanOrEqualTo(Duration.ofMillis(call < 3 ? 0 : 100));
      tried.add(new Tried(chosen.deployment().name(), chosen.node(), Why.FAILED, BROKEN));
    }
    assertThat(order).containsExactly("sim", "extract", "ollama/x", "sim", "extract");
  }

  @Test
  void aFailureThatCannotHealIsNotTriedAgainAndTheLastOneIsTold() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of(failed("sim", BAD_KEY))).deployment().name())
        .isEqualTo("extract");
    assertThat(
            unroutable(
                Purpose.ANSWER,
                List.of(
                    failed("sim", BROKEN),
                    failed("extract", BAD_KEY),
                    failed("sim", BROKEN),
                    failed("sim", BAD_KEY))))
        .isEqualTo(BAD_KEY);
  }

  @Test
  void oneDeploymentIsCalledSoManyTimesAtMost() {
    routing("fast { deployments = [sim] }");
    List<Tried> tried = new ArrayList<>();
    for (int call = 0; call < 3; call++) {
      assertThat(chosen(Purpose.ANSWER, tried).deployment().name()).isEqualTo("sim");
      tried.add(failed("sim", BROKEN));
    }
    assertThat(unroutable(Purpose.ANSWER, tried)).isEqualTo(BROKEN);
  }

  @Test
  void anUpstreamThatWantsToBeLeftAloneForLongIsNotTriedAgain() {
    routing("fast { deployments = [sim] }");
    WeirError shortly = UpstreamError.rateLimited(Duration.ofSeconds(3));
    assertThat(chosen(Purpose.ANSWER, List.of(failed("sim", shortly))).pause())
        .isEqualTo(Duration.ofSeconds(3));
    WeirError later = UpstreamError.rateLimited(Duration.ofSeconds(30));
    assertThat(unroutable(Purpose.ANSWER, List.of(failed("sim", later)))).isEqualTo(later);
  }

  @Test
  void whenMostCallsFailFewAreMadeAgain() {
    routing("fast { deployments = [sim] }");
    int again = 0;
    for (int user = 0; user < 100; user++) {
      choose("user" + user, Purpose.ANSWER, List.of());
      asking.expectMessageClass(InferenceRouter.Chosen.class);
      choose("user" + user, Purpose.ANSWER, List.of(failed("sim", BROKEN)));
      again += asking.receiveMessage() instanceof InferenceRouter.Chosen ? 1 : 0;
    }
    assertThat(again).isBetween(3, 20);
  }

  @Test
  void aNodeThatRefusesIsNotAskedAgainAndWhenAllDoTheLastIsTold() {
    TestProbe<InferenceNode.Command> other =
        routing("fast { deployments = [sim], fallback = [extract] }");
    Tried refusal = new Tried("sim", other.ref(), Why.REFUSED, FULL);
    assertThat(chosen(Purpose.ANSWER, List.of(refusal)).deployment().name()).isEqualTo("extract");
    Tried second = new Tried("extract", other.ref(), Why.REFUSED, FULL);
    assertThat(unroutable(Purpose.ANSWER, List.of(refusal, second))).isEqualTo(FULL);
  }

  @Test
  void whereEveryQueueIsTooLongTheModelThatStandsInIsChosenAndSaidToBe() {
    node =
        routing(
            "fast { deployments = [sim], fallback = [extract], degrade-to = cheap },"
                + " cheap { deployments = [other] }",
            "deployments.other { provider = builtin, engine = extract }");
    Tried first = new Tried("sim", node.ref(), Why.REFUSED, FULL);
    Tried second = new Tried("extract", node.ref(), Why.REFUSED, FULL);
    InferenceRouter.Chosen fallback = chosen(Purpose.ANSWER, List.of(first));
    assertThat(fallback.deployment().name()).isEqualTo("extract");
    assertThat(fallback.degraded()).isFalse();
    InferenceRouter.Chosen cheap = chosen(Purpose.ANSWER, List.of(first, second));
    assertThat(cheap.deployment().name()).isEqualTo("other");
    assertThat(cheap.degraded()).isTrue();
    Tried third = new Tried("other", node.ref(), Why.REFUSED, FULL);
    assertThat(unroutable(Purpose.ANSWER, List.of(first, second, third))).isEqualTo(FULL);
  }

  @Test
  void whatFailedIsNotDegraded() {
    node =
        routing(
            "fast { deployments = [sim], degrade-to = cheap }, cheap { deployments = [extract] }");
    assertThat(unroutable(Purpose.ANSWER, List.of(failed("sim", BAD_KEY)))).isEqualTo(BAD_KEY);
  }

  @Test
  void aBrokenUpstreamIsPassedOverAndWithoutAnotherItIsToldAtOnce() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    List<ActorRef<InferenceNode.Load>> observers = List.of(observer(), observer());
    reportBroken(observers, Set.of("sim"));
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("extract");
    reportBroken(observers, Set.of("sim", "extract"));
    assertThat(unroutable(Purpose.ANSWER, List.of()).code()).isEqualTo("upstream_broken");
    reportBroken(observers, Set.of());
    assertThat(chosen(Purpose.ANSWER, List.of()).deployment().name()).isEqualTo("sim");
  }

  @Test
  void onlyWhoCanGoOnGoesOn() {
    routing("fast { deployments = [extract], fallback = [sim] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).continuable()).isTrue();
    assertThat(chosen(Purpose.GO_ON, List.of(failed("extract", BROKEN))).deployment().name())
        .isEqualTo("sim");
    routing("fast { deployments = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).continuable()).isFalse();
    assertThat(unroutable(Purpose.GO_ON, List.of(failed("extract", BROKEN)))).isEqualTo(BROKEN);
  }

  @Test
  void aRaceGoesToAnotherDeploymentAndOnlyForAShareOfTheCalls() {
    routing(
        "fast { deployments = [sim], fallback = [extract], hedge { after = 1s, share = 0.1 } }");
    int raced = 0;
    for (int call = 0; call < 100; call++) {
      InferenceRouter.Chosen first = chosen(Purpose.ANSWER, List.of());
      assertThat(first.hedgeAfter()).isEqualTo(Duration.ofSeconds(1));
      choose("u", Purpose.HEDGE, List.of(new Tried("sim", first.node(), Why.SLOW, BROKEN)));
      if (asking.receiveMessage() instanceof InferenceRouter.Chosen second) {
        assertThat(second.deployment().name()).isEqualTo("extract");
        assertThat(second.hedgeAfter()).isNull();
        raced++;
      }
    }
    assertThat(raced).isBetween(2, 11);
  }

  @Test
  void withoutAHedgeNothingIsRaced() {
    routing("fast { deployments = [sim], fallback = [extract] }");
    assertThat(chosen(Purpose.ANSWER, List.of()).hedgeAfter()).isNull();
    assertThat(unroutable(Purpose.HEDGE, List.of(failed("sim", BROKEN)))).isEqualTo(BROKEN);
  }
}
