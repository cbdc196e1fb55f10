package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

/** Whatever clients ask for, metrics know it by one of a few names. */
class CatalogLabelTest {

  private final Catalog catalog =
      Catalog.from(
          ConfigFactory.parseString("weir.models.\"team/fast\" { deployments = [sim] }")
              .withFallback(ConfigFactory.load())
              .getConfig("weir"));

  @Test
  void aConfiguredModelKeepsItsName() {
    assertThat(catalog.label("sim")).isEqualTo("sim");
    assertThat(catalog.label("team/fast")).isEqualTo("team/fast");
  }

  @Test
  void whatStandsBehindAKnownPrefixIsOneSeries() {
    assertThat(catalog.label("ollama/llama3.2")).isEqualTo("ollama/*");
    assertThat(catalog.deployment("ollama/llama3.2").orElseThrow().label()).isEqualTo("ollama/*");
    assertThat(catalog.deployment("sim").orElseThrow().label()).isEqualTo("sim");
  }

  @Test
  void aNameOfAClientsOwnMakingIsNoSeries() {
    assertThat(catalog.label("alice")).isEqualTo("other");
    assertThat(catalog.label("nobody/knows")).isEqualTo("other");
    assertThat(catalog.label("/")).isEqualTo("other");
  }
}
