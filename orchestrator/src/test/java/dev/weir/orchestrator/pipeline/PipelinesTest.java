package dev.weir.orchestrator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.plan.Plan;
import dev.weir.orchestrator.plan.Prompt;
import dev.weir.orchestrator.response.ResponseRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelinesTest {

  private static final Pipelines PIPELINES = pipelines("");

  @Test
  void plainModelsHaveNoPlanAndUnknownPipelinesAreRefused() {
    assertThat(PIPELINES.plan(ResponseRequest.of("sim", List.of()), List.of())).isEmpty();
    assertThatThrownBy(() -> plan("pipeline/nonsense", Map.of(), "Why?"))
        .isInstanceOfSatisfying(
            WeirException.class,
            refused -> assertThat(refused.error().code()).isEqualTo("model_not_found"));
  }

  @Test
  void perspectivesAskFromEveryAngleAtOnceAndMerge() {
    Plan plan = plan("pipeline/perspectives", Map.of("perspectives.branches", "8"), "Why?");

    assertThat(plan.model()).isEqualTo("extract");
    assertThat(branches(plan)).hasSize(8).extracting(Plan.Generate::name).doesNotHaveDuplicates();
    assertThat(branches(plan))
        .allSatisfy(
            branch ->
                assertThat(branch.prompt().message()).containsExactly(new Prompt.Text("Why?")));
    assertThat(((Plan.Map) plan.steps().getFirst()).concurrency()).isGreaterThanOrEqualTo(8);
    assertThat(plan.last().prompt().message()).hasSize(9).endsWith(new Prompt.Text("Why?"));
  }

  @Test
  void theRequestNamesItsOwnModelAndAngles() {
    Plan plan =
        plan(
            "pipeline/perspectives",
            Map.of("perspectives.model", "sim", "perspectives.angles", "farmer, fish ,,dam keeper"),
            "Why?");

    assertThat(plan.model()).isEqualTo("sim");
    assertThat(branches(plan))
        .extracting(Plan.Generate::name)
        .containsExactly("farmer", "fish", "dam keeper");
  }

  @Test
  void moreBranchesThanAnglesLookTwice() {
    Plan plan =
        plan(
            "pipeline/perspectives",
            Map.of("perspectives.angles", "farmer,fish", "perspectives.branches", "5"),
            "Why?");

    assertThat(branches(plan))
        .extracting(Plan.Generate::name)
        .containsExactly("farmer", "fish", "farmer (2)", "fish (2)", "farmer (3)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65", "-1", "many", "99999999999"})
  void aNumberOfBranchesThatMakesNoSenseIsNamed(String branches) {
    assertThatThrownBy(
            () -> plan("pipeline/perspectives", Map.of("perspectives.branches", branches), "Why?"))
        .isInstanceOfSatisfying(
            WeirException.class,
            refused ->
                assertThat(((WeirError.InvalidRequest) refused.error()).param())
                    .isEqualTo("metadata.perspectives.branches"));
  }

  @Test
  void aShortDocumentIsOneCall() {
    Plan plan = plan("pipeline/summarize", Map.of(), "The dam is old.");

    assertThat(plan.steps()).containsExactly(plan.last());
    assertThat(plan.last().prompt().message()).contains(new Prompt.Text("The dam is old."));
  }

  @Test
  void aLongDocumentIsReadWholeByItsParts() {
    String document = "The river rises in spring. ".repeat(8_000);

    Plan plan = plan("pipeline/summarize", Map.of(), document);

    StringBuilder read = new StringBuilder();
    branches(plan)
        .forEach(part -> read.append(((Prompt.Text) part.prompt().message().getLast()).text()));
    assertThat(read).hasToString(document);
    assertThat(branches(plan)).hasSizeGreaterThan(12);
    assertThat(branches(plan)).allMatch(part -> part.maxOutputTokens() == 300);
  }

  @Test
  void summariesAreMergedOverAsManyLevelsAsItTakes() {
    Plan plan = plan("pipeline/summarize", Map.of(), "x".repeat(16_000 * 400));

    assertThat(plan.steps()).hasSize(4);
    assertThat(plan.steps().get(0).calls()).hasSize(400);
    assertThat(plan.steps().get(1).calls()).hasSize(31);
    assertThat(plan.steps().get(2).calls()).hasSize(3);
    for (int level = 0; level < 3; level++) {
      List<String> read =
          plan.steps().get(level + 1).calls().stream()
              .flatMap(call -> call.prompt().message().stream())
              .flatMap(
                  part ->
                      part instanceof Prompt.Output output
                          ? java.util.stream.Stream.of(output.step())
                          : java.util.stream.Stream.of())
              .toList();
      assertThat(read)
          .isEqualTo(plan.steps().get(level).calls().stream().map(Plan.Generate::id).toList());
    }
  }

  @Test
  void theLengthWishedForIsInTheLastPromptAlone() {
    Plan plan =
        plan("pipeline/summarize", Map.of("summarize.length", "3 sentences"), "A. ".repeat(9_000));

    assertThat(plan.last().prompt().instructions()).contains("3 sentences");
    assertThat(branches(plan))
        .noneMatch(part -> part.prompt().instructions().contains("3 sentences"));
    assertThatThrownBy(
            () -> plan("pipeline/summarize", Map.of("summarize.length", "ignore all"), "A."))
        .isInstanceOf(WeirException.class)
        .hasMessageContaining("summarize.length");
  }

  @Test
  void systemMessagesAreWishesAndNotPartOfTheDocument() {
    Plan plan =
        PIPELINES
            .plan(
                ResponseRequest.of("pipeline/summarize", List.of()),
                List.of(
                    Item.message("m1", Role.SYSTEM, "Write in rhymes."),
                    Item.message("m2", Role.USER, "The dam is old.")))
            .orElseThrow();

    assertThat(plan.last().prompt().instructions()).startsWith("Write in rhymes.");
    assertThat(plan.last().prompt().message()).noneMatch(part -> part.toString().contains("rhyme"));
  }

  @Test
  void everyKeyCanBeChanged() {
    Pipelines changed =
        pipelines(
            """
            weir.pipelines {
              summarize { model = fast, chunk-tokens = 100, summary-tokens = 50, concurrency = 3 }
              perspectives { model = wise, branches = 2, branch-tokens = 7, concurrency = 1, angles = [x] }
            }
            """);
    Plan summary = plan(changed, "pipeline/summarize", Map.of(), "x".repeat(1_200));
    Plan views = plan(changed, "pipeline/perspectives", Map.of(), "Why?");

    assertThat(summary.model()).isEqualTo("fast");
    assertThat(branches(summary)).hasSize(3).allMatch(part -> part.maxOutputTokens() == 50);
    assertThat(((Plan.Map) summary.steps().getFirst()).concurrency()).isEqualTo(3);
    assertThat(summary.steps()).hasSize(3);
    assertThat(views.model()).isEqualTo("wise");
    assertThat(branches(views)).hasSize(2).allMatch(branch -> branch.maxOutputTokens() == 7);
    assertThat(branches(views)).extracting(Plan.Generate::name).containsExactly("x", "x (2)");
    assertThat(((Plan.Map) views.steps().getFirst()).concurrency()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "summarize.chunk-tokens, 400",
    "summarize.summary-tokens, 1",
    "summarize.concurrency, 0",
    "perspectives.branches, 65",
    "perspectives.branch-tokens, 0",
    "perspectives.concurrency, 0",
    "perspectives.angles, []"
  })
  void aWrongKeyIsNamed(String key, String value) {
    assertThatThrownBy(() -> pipelines("weir.pipelines." + key + " = " + value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weir.pipelines." + key);
  }

  private static Plan plan(String model, Map<String, String> metadata, String input) {
    return plan(PIPELINES, model, metadata, input);
  }

  private static Plan plan(
      Pipelines pipelines, String model, Map<String, String> metadata, String input) {
    List<Item> items = List.of(Item.message("m1", Role.USER, input));
    return pipelines.plan(request(model, items, metadata), items).orElseThrow();
  }

  private static ResponseRequest request(
      String model, List<Item> items, Map<String, String> metadata) {
    ResponseRequest plain = ResponseRequest.of(model, items);
    return new ResponseRequest(
        model,
        null,
        items,
        plain.tools(),
        plain.toolChoice(),
        true,
        plain.format(),
        null,
        plain.sampling(),
        plain.reasoning(),
        plain.truncation(),
        false,
        true,
        null,
        null,
        metadata,
        plain.extras());
  }

  private static List<Plan.Generate> branches(Plan plan) {
    return plan.steps().getFirst().calls();
  }

  private static Pipelines pipelines(String overrides) {
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    return Pipelines.from(config.getConfig("weir"), TokenCounter.estimate());
  }
}
