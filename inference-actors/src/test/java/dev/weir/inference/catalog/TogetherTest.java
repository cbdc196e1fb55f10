package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Together.By;
import dev.weir.inference.catalog.Together.Calls;
import dev.weir.inference.item.Usage;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TogetherTest {

  private static Deployment deployment(String own) {
    return Catalog.from(
            ConfigFactory.parseString("weir.deployments.one { provider = openai, " + own + " }")
                .withFallback(ConfigFactory.load())
                .getConfig("weir"))
        .deployment("one")
        .orElseThrow();
  }

  @Test
  void withoutAWordNothingGoesTogether() {
    assertThat(Together.from(deployment(""))).isEqualTo(Together.NONE);
    assertThat(Together.takes(deployment(""), "on", true)).isFalse();
  }

  @Test
  void everyKeyCounts() {
    assertThat(
            Together.from(
                deployment(
                    "together { calls = background, by = prompts, max-size = 2, max-tokens = 3,"
                        + " max-wait = 4s, under-way = 5, poll = 6s, window = 7h,"
                        + " price-factor = 0.25 }")))
        .isEqualTo(
            new Together(
                Calls.BACKGROUND,
                By.PROMPTS,
                new Batching(2, 3, Duration.ofSeconds(4)),
                5,
                Duration.ofSeconds(6),
                Duration.ofHours(7),
                0.25));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "calls = all",
        "by = mail",
        "max-size = 0",
        "max-tokens = 0",
        "max-wait = -1s",
        "under-way = 0",
        "poll = 0s",
        "window = 0s",
        "price-factor = 1.5",
        "price-factor = -0.5"
      })
  void whatCannotBeIsRefusedByItsKey(String wrong) {
    String key = wrong.substring(0, wrong.indexOf(' '));
    assertThatThrownBy(() -> Together.from(deployment("together { " + wrong + " }")))
        .hasMessageContaining("weir.deployments.one.together." + key);
  }

  @Test
  void theOperatorAllowsAndTheRequestWishes() {
    Deployment asked = deployment("together.calls = asked");
    assertThat(Together.takes(asked, "on", true)).isTrue();
    assertThat(Together.takes(asked, "", true)).isFalse();
    assertThat(Together.takes(asked, "on", false)).isFalse();
    Deployment all = deployment("together.calls = background");
    assertThat(Together.takes(all, "", true)).isTrue();
    assertThat(Together.takes(all, "off", true)).isFalse();
    assertThat(Together.takes(all, "", false)).isFalse();
    assertThatThrownBy(() -> Together.takes(all, "maybe", true)).isInstanceOf(WeirException.class);
  }

  @Test
  void suchCallsCostAPartOfThePrice() {
    Deployment deployment =
        deployment(
            "price { input = 2, output = 4, cached-input = 1 }, together.price-factor = 0.5");
    Usage usage = new Usage(1000, 400, 10, 0);
    assertThat(Together.cheaper(deployment).price().of(usage))
        .isEqualTo(deployment.price().of(usage) / 2);
  }
}
