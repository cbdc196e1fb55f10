package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a model or a deployment is said at the start, with its key. */
class CatalogTest {

  @Test
  void aFallbackBehindAnUpstreamThatIsOffStopsTheStart() {
    refused(
        "upstreams.openai.base-url = \"\"\n"
            + "models.fast { deployments = [sim], fallback = [\"openai/gpt-4o-mini\"] }",
        "weir.models.fast.fallback = openai/gpt-4o-mini:"
            + " set base-url or api-key of weir.upstreams.openai, which are empty");
  }

  @Test
  void aDeploymentNobodyKnowsStopsTheStart() {
    refused(
        "models.fast { deployments = [{ name = smi, weight = 2 }] }",
        "weir.models.fast.deployments = smi: no such deployment; known: [embed, extract, sim],"
            + " and <upstream>/<model> for [ollama, vllm]");
    refused("models.fast { deployments = [sim], fallback = [\"no/such\"] }", "no/such: no such");
  }

  @Test
  void anUpstreamWithLimitsThatCannotBeStopsTheStart() {
    refused(
        "upstreams.ollama.context-window = 8192",
        "weir.upstreams.ollama.context-window = 8192: must be larger than max-output (32768)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deployments.sim.price.input = 0.15 USD | weir.deployments.sim.price.input = 0.15 USD: w",
        "deployments.sim.price.output = 0.0000000001 | weir.deployments.sim.price.output = 0.00",
        "deployments.sim.price.cached-input = -1 | weir.deployments.sim.price.cached-input = -1: ",
        "deployments.sim.price.input = 1e12 | weir.deployments.sim.price.input = 1e12: write USD",
        "deployments.sim.queue.max-requests = -1 | weir.deployments.sim.queue.max-requests = -1: 0",
        "deployments.sim.queue.max-tokens = -1 | weir.deployments.sim.queue.max-tokens = -1: 0 or",
        "deployments.sim.timeouts.whole = 0s | weir.deployments.sim.timeouts.whole = PT0S: more",
        "deployments.sim.slots = { min = 5, max = 4 } | weir.deployments.sim.slots.min = 5: at most"
            + " slots.max (4)",
        "deployments.sim.slots = { min = 0, max = 4 } | weir.deployments.sim.slots = 0: at least 1",
        "deployments.sim.slots = { min = 1, most = 4 } | weir.deployments.sim.slots.most = 4: no"
            + " such",
        "upstreams.vllm.slots = 0 | weir.upstreams.vllm.slots = 0: at least 1",
        "deployments.sim.cache.ttl = 0s | weir.deployments.sim.cache.ttl = PT0S: more than 0",
        "deployments.sim.cache.calls = some | weir.deployments.sim.cache.calls = some: use one of"
            + " [n",
        "deployments.sim.cache.scope = all | weir.deployments.sim.cache.scope = all: use one of"
            + " [us",
        "deployments.sim.cache.semantic.threshold = 1.1 |"
            + " weir.deployments.sim.cache.semantic.threshold = 1.1: more than 0, up to 1.0",
        "deployments.sim.cache.semantic.max-entries = 0 |"
            + " weir.deployments.sim.cache.semantic.max-entries = 0: at least 1",
        "deployments.sim.cache.semantic.max-wait = 0s |"
            + " weir.deployments.sim.cache.semantic.max-wait = PT0S: more than 0",
        "deployments.sim.cache.semantic.treshold = 1 |"
            + " weir.deployments.sim.cache.semantic.treshold = 1: no such key",
        "deployments.sim.cache.semantic { enabled = on, embeddings = sim } |"
            + " weir.deployments.sim.cache.semantic.embeddings = sim: name a deployment that",
        "models.m { deployments = [sim], falback = [] } | weir.models.m.falback = []: no such key;"
            + " k",
        "models.m.deployments = [{ name = sim, wait = 2 }] | weir.models.m.deployments.wait = 2:"
            + " no",
        "deployments.sim.queue.max-token = 5 | weir.deployments.sim.queue.max-token = 5: no such"
            + " key",
        "deployments.sim.price.out = 1 | weir.deployments.sim.price.out = 1: no such key; known:"
            + " [c",
        "deployments.sim.attributes.a = [] | weir.deployments.sim.attributes.a = []: write a text",
        "models.m.deployments = [{ name = sim, weight = -2 }] | weir.models.m.deployments = { wei",
      })
  void aValueThatCannotBeIsToldByItsKey(String options, String message) {
    refused(options, message);
  }

  @Test
  void byDefaultWhatAsksIsKeptForItsUser() {
    assertThat(catalog("").deployment("sim").orElseThrow().cache())
        .isEqualTo(CacheSettings.DEFAULT);
  }

  @Test
  void whatIsKeptIsSetByDeployment() {
    assertThat(
            catalog(
                    """
                    deployments.sim.cache {
                      calls = deterministic, ttl = 5s, scope = tenant
                      semantic { enabled = on, threshold = 0.8, embeddings = vllm/e,
                                 max-entries = 7, max-wait = 9ms }
                    }
                    upstreams.vllm.base-url = "http://h"
                    """)
                .deployment("sim")
                .orElseThrow()
                .cache())
        .isEqualTo(
            new CacheSettings(
                CacheSettings.Calls.DETERMINISTIC,
                Duration.ofSeconds(5),
                CacheSettings.Scope.TENANT,
                new CacheSettings.Semantic(true, 0.8, "vllm/e", 7, Duration.ofMillis(9))));
  }

  @Test
  void everyDeploymentIsListedAndOneForEachUpstreamThatIsOn() {
    assertThat(catalog("upstreams.openai.base-url = \"\"").deployments())
        .extracting(Deployment::name)
        .isEqualTo(List.of("embed", "extract", "ollama/*", "sim", "vllm/*"));
  }

  @ParameterizedTest
  @CsvSource({
    "openai,upstreams.openai.api-key = k",
    "anthropic,upstreams.anthropic.api-key = k",
    "gemini,upstreams.gemini.api-key = k",
    "gemini,upstreams.gemini.base-url = \"http://h\""
  })
  void aKeyAloneTurnsAnUpstreamOn(String prefix, String options) {
    assertThat(catalog("").deployment(prefix + "/m")).isEmpty();
    assertThat(catalog(options).deployment(prefix + "/m").orElseThrow().upstreamModel())
        .isEqualTo("m");
  }

  @ParameterizedTest
  @CsvSource({"openai,OPENAI", "anthropic,ANTHROPIC", "gemini,GEMINI"})
  void theVariableOfAKeyAloneIsEnough(String prefix, String variable) {
    Catalog catalog =
        Catalog.from(
            ConfigFactory.parseString(variable + "_API_KEY = k")
                .withFallback(ConfigFactory.defaultReferenceUnresolved())
                .resolve()
                .getConfig("weir"));
    Deployment made = catalog.deployment(prefix + "/m").orElseThrow();
    assertThat(made.provider()).isEqualTo(prefix);
    assertThat(made.options().getString("api-key")).isEqualTo("k");
  }

  @Test
  void aDeploymentSaysWhereAndWhatItIs() {
    Deployment sim =
        catalog(
                "deployments.sim { region = eu, zone = eu-1, attributes { precision = int8, v = 2 }"
                    + " }")
            .deployment("sim")
            .orElseThrow();
    assertThat(sim.traits())
        .isEqualTo(new Deployment.Traits("eu", "eu-1", Map.of("precision", "int8", "v", "2")));
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
