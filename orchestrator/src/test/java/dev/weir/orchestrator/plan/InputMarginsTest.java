package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.util.List;
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

  static Deployment deployment(String name, double margin) {
    String options = "provider = builtin, engine = sim, input-margin = " + margin;
    return Catalog.from(
            ConfigFactory.parseString("deployments { " + name + " { " + options + " } }")
                .withFallback(ConfigFactory.load().getConfig("weir")))
        .deployment(name)
        .orElseThrow();
  }
}
