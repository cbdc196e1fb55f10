package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is wrong with a model or a deployment is said at the start, with its key. */
class CatalogTest {

  @Test
  void aFallbackBehindAnUpstreamThatIsOffStopsTheStart() {
    refused(
        "upstreams.openai.base-url = \"\"\n"
            + "models.fast { deployments = [sim], fallback = [\"openai/gpt-4o-mini\"] }",
        "weir.models.fast.fallback = openai/gpt-4o-mini:"
            + " set weir.upstreams.openai.base-url, which is empty");
  }

  @Test
  void aDeploymentNobodyKnowsStopsTheStart() {
    refused(
        "models.fast { deployments = [{ name = smi, weight = 2 }] }",
        "weir.models.fast.deployments = smi: no such deployment; known: [extract, sim],"
            + " and <upstream>/<model> for [ollama, vllm]");
    refused("models.fast { deployments = [sim], fallback = [\"no/such\"] }", "no/such: no such");
  }

  @Test
  void anUpstreamWithLimitsThatCannotBeStopsTheStart() {
    refused(
        "upstreams.ollama.context-window = 8192",
        "weir.upstreams.ollama.context-window = 8192: must be larger than max-output (32768)");
  }

  @Test
  void everyDeploymentIsListedAndOneForEachUpstreamThatIsOn() {
    assertThat(catalog("upstreams.openai.base-url = \"\"").deployments())
        .extracting(Deployment::name)
        .isEqualTo(List.of("extract", "ollama/*", "sim", "vllm/*"));
  }

  @Test
  void aNameOfAClientsChoosingHasALength() {
    Catalog catalog = catalog("");
    assertThat(catalog.deployment("ollama/" + "x".repeat(249))).isPresent();
    assertThat(catalog.deployment("ollama/" + "x".repeat(250))).isEmpty();
  }

  @Test
  void aFallbackBehindAnUpstreamThatIsOnResolves() {
    Catalog catalog =
        catalog("models.fast { deployments = [sim], fallback = [\"ollama/llama3.2\"] }");
    String fallback = catalog.model("fast").orElseThrow().fallback().getFirst();
    assertThat(catalog.deployment(fallback).orElseThrow().upstreamModel()).isEqualTo("llama3.2");
  }

  private static void refused(String options, String message) {
    assertThatThrownBy(() -> catalog(options))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  private static Catalog catalog(String options) {
    return Catalog.from(
        ConfigFactory.parseString(options)
            .withFallback(ConfigFactory.load().getConfig("weir"))
            .resolve());
  }
}
