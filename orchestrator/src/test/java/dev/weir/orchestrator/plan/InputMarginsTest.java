package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InputMarginsTest {

  private static final ModelCall LONG =
      ModelCall.of("", List.of(Item.message("m", Role.USER, "dam ".repeat(10_000))), 10);

  private final InputMargins margins = new InputMargins();

  @Test
  void anUpstreamThatCountsMoreRaisesTheBoundToWhatItCounts() {
    Deployment dense = deployment("dense", 1.2);
    long before = bound(dense);

    seen(dense, before * 2);

    assertThat(bound(dense)).isBetween(before * 2, before * 2 + 1);
    assertThat(bound(deployment("other", 1.2))).isEqualTo(before);
  }

  @Test
  void theWorstCounts() {
    Deployment dense = deployment("dense", 1.2);
    long before = bound(dense);

    seen(dense, before * 2);
    seen(dense, before);
    seen(dense, before / 2);

    assertThat(bound(dense)).isGreaterThanOrEqualTo(before * 2);
  }

  @Test
  void shortInputsAndNonsenseTeachNothing() {
    Deployment dense = deployment("dense", 1.2);

    margins.seen(dense, 1.2, 20, 60);
    margins.seen(dense, 1.2, 2_000, Long.MAX_VALUE);

    assertThat(margins.of(dense)).isEqualTo(1.2);
  }

  private void seen(Deployment deployment, long reported) {
    margins.seen(deployment, margins.of(deployment), bound(deployment), reported);
  }

  private long bound(Deployment deployment) {
    return new InputBound(margins.of(deployment), TokenCounter.estimate()).of(LONG);
  }

  private static final Duration ANY = Duration.ofSeconds(1);

  static Deployment deployment(String name, double margin) {
    return new Deployment(
        "weir.deployments." + name,
        name,
        "builtin",
        "sim",
        1,
        new Deployment.Queue(1, 1),
        1_000,
        100,
        margin,
        Price.FREE,
        new Deployment.Timeouts(ANY, ANY, ANY, ANY),
        Set.of(),
        ConfigFactory.empty());
  }
}
