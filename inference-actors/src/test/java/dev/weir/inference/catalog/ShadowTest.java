package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShadowTest {

  private static Catalog catalog(String keys) {
    return Catalog.from(
        ConfigFactory.parseString(
                "models.m { deployments = [sim], shadow { deployment = extract, " + keys + " } }")
            .withFallback(ConfigFactory.load().getConfig("weir")));
  }

  private static Shadow shadow(String keys) {
    return catalog(keys).model("m").orElseThrow().shadow();
  }

  @Test
  void onlyTheDeploymentMustBeNamed() {
    assertThat(shadow("")).isEqualTo(new Shadow("extract", 0.01, Evaluator.NONE));
  }

  @Test
  void everyKeyCanBeSet() {
    Shadow shadow = shadow("share = 0.05, evaluator { at-least = 3 }");
    assertThat(shadow.share()).isEqualTo(0.05);
    assertThat(shadow.evaluator()).isEqualTo(new Evaluator(null, null, false, 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "share = 0                | .share = 0.0: more than 0.0, up to 1.0",
        "share = 1.1              | .share = 1.1: more than 0.0, up to 1.0",
        "shares = 1               | .shares = 1: no such key",
        "evaluator.yaml = on      | .evaluator.yaml = \"on\": no such key",
        "deployment = nobody      | .deployment = nobody: no such deployment",
      })
  void whatCannotBeIsNamed(String keys, String message) {
    assertThatThrownBy(() -> shadow(keys)).hasMessageStartingWith("weir.models.m.shadow" + message);
  }

  @Test
  void aShadowMayBeOneOfTheModelsOwnSoThatItIsComparedWithItself() {
    assertThat(shadow("deployment = sim").deployment()).isEqualTo("sim");
  }

  @Test
  void itsDeploymentIsInUse() {
    assertThat(catalog("").usersOf("extract")).contains("m");
  }

  @Test
  void whoSaysAnythingButOnHasNone() {
    assertThat(Shadow.mayHave(Map.of())).isTrue();
    assertThat(Shadow.mayHave(Map.of("weir.shadow", "on"))).isTrue();
    assertThat(Shadow.mayHave(Map.of("weir.shadow", "off"))).isFalse();
    assertThat(Shadow.mayHave(Map.of("weir.shadow", "OFF "))).isFalse();
  }
}
