package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanaryTest {

  private static Catalog catalog(String model) {
    return Catalog.from(
        ConfigFactory.parseString("models.m = " + model)
            .withFallback(ConfigFactory.load().getConfig("weir")));
  }

  private static Canary canary(String keys) {
    return catalog("{ deployments = [sim], canary { deployment = extract, " + keys + " } }")
        .model("m")
        .orElseThrow()
        .canary();
  }

  @Test
  void onlyTheDeploymentMustBeNamed() {
    assertThat(canary(""))
        .isEqualTo(
            new Canary(
                "extract",
                new Canary.Bounds(List.of(1, 10, 50, 100), Duration.ofMinutes(10), 50, 1.25, 0.02),
                Evaluator.NONE,
                0,
                ""));
    assertThat(canary("").isRunning()).isTrue();
    assertThat(canary("step = 3").isDone()).isTrue();
    assertThat(canary("step = 3, stopped = slow").isDone()).isFalse();
  }

  @Test
  void everyKeyCanBeSet() {
    Canary canary =
        canary(
            "steps = [5, 100], window = 1m, least-calls = 20, slower = 2, more-failures = 0.1,"
                + " step = 1, stopped = why, evaluator { matches = a, without = b, json = on,"
                + " at-least = 3 }");
    assertThat(canary.bounds())
        .isEqualTo(new Canary.Bounds(List.of(5, 100), Duration.ofMinutes(1), 20, 2, 0.1));
    assertThat(canary.step()).isEqualTo(1);
    assertThat(canary.stopped()).isEqualTo("why");
    assertThat(canary.evaluator().matches().pattern()).isEqualTo("a");
    assertThat(canary.evaluator().without().pattern()).isEqualTo("b");
    assertThat(canary.evaluator().json()).isTrue();
    assertThat(canary.evaluator().atLeast()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps = [10, 5, 100]     | .steps = [10, 5, 100]: percents that rise",
        "steps = [10, 50]         | .steps = [10, 50]: percents that rise",
        "steps = [0, 100]         | .steps = [0, 100]: percents that rise",
        "steps = []               | .steps = []: percents that rise",
        "step = 4                 | .step = 4: the number of one of the steps [1, 10, 50, 100]",
        "window = 0s              | .window = PT0S: more than 0",
        "least-calls = 9          | .least-calls = 9: at least 10",
        "slower = 0.9             | .slower = 0.9: at least 1.0",
        "more-failures = 1        | .more-failures = 1.0: from 0.0",
        "widow = 1s               | .widow = \"1s\": no such key",
        "evaluator.at-least = -1  | .evaluator.at-least = -1: 0 characters or more",
        "evaluator.matches = \"(\"  | .evaluator.matches = (: write a regular expression",
        "evaluator.yaml = on      | .evaluator.yaml = \"on\": no such key",
        "deployment = sim         | .deployment = sim: take it out of deployments",
        "deployment = nobody      | .deployment = nobody: no such deployment",
      })
  void whatCannotBeIsNamed(String keys, String message) {
    assertThatThrownBy(() -> canary(keys)).hasMessageStartingWith("weir.models.m.canary" + message);
  }

  @Test
  void itsDeploymentIsInUse() {
    assertThat(
            catalog("{ deployments = [sim], canary { deployment = extract } }").usersOf("extract"))
        .contains("m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "matches = \"^Dear\"      | Dear Ms. Lee  | true",
        "matches = \"^Dear\"      | Oh dear       | false",
        "without = \"as an ai\"   | Fine.         | true",
        "without = \"as an ai\"   | As an AI, I … | false",
        "json = on              | {\"a\": [1]}    | true",
        "json = on              | {\"a\": [1]     | false",
        "json = on              | {} {}         | false",
        "json = on              | ''            | false",
        "at-least = 5           | '  four  '    | false",
        "at-least = 5           | '  fives '    | true",
      })
  void anEvaluatorTellsAnswersByTheirText(String keys, String text, boolean accepted) {
    Evaluator evaluator = canary("evaluator { " + keys + " }").evaluator();
    assertThat(evaluator.reads()).isTrue();
    assertThat(evaluator.accepts(text)).isEqualTo(accepted);
  }
}
