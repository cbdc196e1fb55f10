package dev.weir.inference.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.weir.inference.queue.Workload;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SiteTest {

  @Test
  void byDefaultANodeTakesAnyWorkAnywhere() {
    assertThat(Site.from(weir(""))).isEqualTo(Site.ANY);
  }

  @Test
  void everyKey() {
    assertThat(
            Site.from(weir("inference.workloads = background, location { region = eu, zone = a }")))
        .isEqualTo(new Site(Set.of(Workload.BACKGROUND), "eu", "a"));
  }

  @Test
  void whatCannotBeIsTold() {
    assertThatThrownBy(() -> Site.from(weir("inference.workloads = [batch]")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("weir.inference.workloads = batch: interactive or background");
    assertThatThrownBy(() -> Site.from(weir("inference.workloads = []")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.inference.workloads = []: name at least one");
  }

  private static Config weir(String text) {
    return ConfigFactory.parseString(text).withFallback(ConfigFactory.load().getConfig("weir"));
  }
}
