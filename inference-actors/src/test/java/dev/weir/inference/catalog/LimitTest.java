package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LimitTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void whatSaysNothingIsNotLimited() {
    assertThat(limit("", "sim")).isNull();
  }

  @Test
  void aDeploymentMayHaveALimitOfItsOwn() {
    assertThat(limit("deployments.sim.requests-per-minute = 60", "sim"))
        .isEqualTo(new Limit("deployments.sim", 60, Limit.NONE, MINUTE));
    assertThat(limit("deployments.sim.tokens-per-minute = 500", "sim"))
        .isEqualTo(new Limit("deployments.sim", Limit.NONE, 500, MINUTE));
  }

  @Test
  void deploymentsThatNameALimitShareIt() {
    String both =
        """
        limits.key { requests-per-minute = 120, tokens-per-minute = 6000, window = 10s }
        deployments { sim.limit = key, extract.limit = key }
        """;
    assertThat(limit(both, "sim"))
        .isEqualTo(new Limit("limits.key", 20, 1_000, Duration.ofSeconds(10)))
        .isEqualTo(limit(both, "extract"));
  }

  @Test
  void whatIsBehindOnePrefixSharesItsLimit() {
    String behind = "upstreams.ollama.requests-per-minute = 60";
    assertThat(limit(behind, "ollama/one"))
        .isEqualTo(new Limit("upstreams.ollama", 60, Limit.NONE, MINUTE))
        .isEqualTo(limit(behind, "ollama/other"));
  }

  @Test
  void aCallMayNotTakeMoreThanItsLimitEverAllows() {
    assertThat(catalog("deployments.sim.tokens-per-minute = 500").deployment("sim"))
        .hasValueSatisfying(sim -> assertThat(sim.room()).isEqualTo(500));
    assertThat(catalog("").deployment("sim"))
        .hasValueSatisfying(sim -> assertThat(sim.room()).isEqualTo(sim.contextWindow()));
  }

  @Test
  void whatCannotBeIsRefusedByItsKey() {
    assertRefused("deployments.sim.limit = nobody", "weir.deployments.sim.limit = nobody");
    assertRefused(
        "limits.key {}, deployments.sim { limit = key, tokens-per-minute = 5 }",
        "weir.deployments.sim.limit = key");
    assertRefused(
        "deployments.sim.requests-per-minute = 0", "weir.deployments.sim.requests-per-minute = 0");
    assertRefused(
        "limits.key.window = 100ms, deployments.sim.limit = key", "weir.limits.key.window");
  }

  private static void assertRefused(String settings, String message) {
    assertThatThrownBy(() -> catalog(settings)).hasMessageContaining(message);
  }

  private static @Nullable Limit limit(String settings, String deployment) {
    return catalog(settings).deployment(deployment).orElseThrow().limit();
  }

  private static Catalog catalog(String settings) {
    return Catalog.from(
        ConfigFactory.parseString("weir {" + settings + "}")
            .withFallback(ConfigFactory.load())
            .getConfig("weir"));
  }
}
