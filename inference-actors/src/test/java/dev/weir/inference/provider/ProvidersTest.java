package dev.weir.inference.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
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
  void anUnknownEngineDoesToo() {
    assertThatThrownBy(() -> providers.of(ProviderContract.deployment("provider = builtin")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.deployments.tested.engine = ")
        .hasMessageContaining("[sim]");
  }
}
