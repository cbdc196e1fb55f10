package dev.weir.inference.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.builtin.SimControl;
import dev.weir.inference.provider.builtin.Simulator;
import java.util.List;
import java.util.Map;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

class ProvidersTest {

  private final Providers providers =
      new Providers(
          Map.of(
              "builtin",
              ProviderFactory.by("engine", Map.of("sim", d -> call -> Source.empty())),
              "other",
              d -> call -> Source.empty()));

  @Test
  void makesAProviderOnce() {
    var deployment = ProviderContract.deployment("provider = other");
    assertThat(providers.of(deployment)).isSameAs(providers.of(deployment));
  }

  @Test
  void aChangedDeploymentGetsANewProvider() {
    assertThat(providers.of(ProviderContract.deployment("provider = other")))
        .isNotSameAs(providers.of(ProviderContract.deployment("provider = other, slots = 2")));
  }

  @Test
  void whoServesEmbeddingsHasAnEmbedder() {
    var wrong = ProviderContract.deployment("provider = other, serves = [embeddings]");
    assertThatThrownBy(() -> providers.check(List.of(wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.deployments.tested.serves = [embeddings]: ");
  }

  @Test
  void unknownCapabilitiesNameKeyValueAndTheKnown() {
    assertThatThrownBy(
            () -> providers.of(ProviderContract.deployment("provider = other, serves = [magic]")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("weir.deployments.tested.serves = [magic]: a list of chat, embeddings");
  }

  @Test
  void wrongBatchingNamesKeyValueAndRemedy() {
    var wrong = ProviderContract.deployment("provider = other, batch.max-size = 0");
    assertThatThrownBy(() -> providers.check(List.of(wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("weir.deployments.tested.batch.max-size = 0: at least 1");
  }

  @Test
  void severalPromptsInOneCallDoNotGoWithALimitPerMinute() {
    String together = "together { calls = asked, by = prompts }, requests-per-minute = 60";
    var wrong = ProviderContract.deployment("provider = other, " + together);
    assertThatThrownBy(() -> providers.check(List.of(wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.deployments.tested.together.by = prompts: ");
  }

  @Test
  void whoTakesEachCallByItselfTakesNoneTogether() {
    var wrong = ProviderContract.deployment("provider = other, together.calls = asked");
    assertThatThrownBy(() -> providers.check(List.of(wrong)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.deployments.tested.together.calls = asked: ");
  }

  @Test
  void anUnknownProviderNamesKeyValueAndTheKnown() {
    assertThatThrownBy(() -> providers.of(ProviderContract.deployment("provider = magic")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("weir.deployments.tested.provider = magic: use one of [builtin, other]");
  }

  @Test
  void aCheckFindsTheOneThatIsWrong() {
    assertThatThrownBy(
            () ->
                providers.check(
                    List.of(
                        ProviderContract.deployment("provider = other"),
                        ProviderContract.deployment("provider = magic"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.tested.provider = magic");
  }

  @Test
  void aKeyThatIsTheProvidersPassesAndAnyOtherIsNamed() {
    providers.check(List.of(ProviderContract.deployment("provider = builtin, engine = sim")));
    assertThatThrownBy(
            () ->
                providers.check(
                    List.of(ProviderContract.deployment("provider = other, engine = sim"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.deployments.tested.engine = \"sim\": no such key; provider");
  }

  @Test
  void aProviderIsLetGoWithItsDeployment() {
    Simulator simulator = new Simulator();
    Providers simulated = new Providers(Map.of("sim", simulator));
    Deployment deployment = ProviderContract.deployment("provider = sim, tokens = 3");
    simulated.check(List.of(deployment));
    assertThat(simulator.controls()).isEmpty();
    Provider made = simulated.of(deployment);
    simulated.retain(ProviderContract.catalog("provider = sim, tokens = 3"));
    assertThat(simulated.of(deployment)).isSameAs(made);
    simulated.retain(Catalog.from(ConfigFactory.load().getConfig("weir")));
    assertThat(simulator.controls()).isEmpty();
    assertThat(simulated.of(deployment)).isNotSameAs(made);
  }

  @Test
  void aChangedSimulationHasNewLeversAndAnotherPriceDoesNot() {
    Simulator simulator = new Simulator();
    Providers simulated = new Providers(Map.of("sim", simulator));
    simulated.of(ProviderContract.deployment("provider = sim, tokens = 3"));
    SimControl first = simulator.control("tested").orElseThrow();
    simulated.of(ProviderContract.deployment("provider = sim, tokens = 3, price.input = 1"));
    assertThat(simulator.control("tested")).containsSame(first);
    simulated.of(ProviderContract.deployment("provider = sim, tokens = 4"));
    assertThat(simulator.control("tested").orElseThrow().settings().tokens()).isEqualTo(4);
  }

  @Test
  void anUnknownEngineDoesToo() {
    assertThatThrownBy(() -> providers.of(ProviderContract.deployment("provider = builtin")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.tested.engine = ")
        .hasMessageContaining("[sim]");
  }
}
