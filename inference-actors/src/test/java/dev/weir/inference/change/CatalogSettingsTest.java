package dev.weir.inference.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogSettingsTest {

  @Test
  void nodesFollowUnlessTheyAreTold() {
    assertThat(settings(""))
        .isEqualTo(new CatalogSettings(true, Duration.ofSeconds(5), Duration.ofSeconds(2)));
  }

  @Test
  void everyKeyCanBeChanged() {
    assertThat(settings("changes = off, poll-interval = 1s, following-wait = 20s"))
        .isEqualTo(new CatalogSettings(false, Duration.ofSeconds(1), Duration.ofSeconds(20)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"poll-interval = 0s", "following-wait = 0s", "following-wait = 21s"})
  void whatCannotBeIsNamed(String key) {
    assertThatThrownBy(() -> settings(key))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.catalog." + key.split(" ", -1)[0]);
  }

  private static CatalogSettings settings(String catalog) {
    return CatalogSettings.from(
        ConfigFactory.parseString("weir.catalog { " + catalog + " }")
            .withFallback(ConfigFactory.load())
            .getConfig("weir"));
  }
}
