package dev.weir.inference.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.ModelCall.Sampling;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CachePolicyTest {

  private static final Tool TOOL = new Tool("f", "does f", "{}", true);

  @Test
  void unlessConfiguredOnlyWhatAsksIsShared() {
    Deployment usual = deployment("");
    assertThat(isShared(usual, call(0.0))).isFalse();
    assertThat(isShared(usual, asking("on"))).isTrue();
    assertThat(isShared(usual, asking("refresh"))).isTrue();
    assertThat(isShared(usual, asking("off"))).isFalse();
    assertThat(isShared(deployment("cache.calls = none"), asking("on"))).isFalse();
  }

  @Test
  void deterministicIsTemperatureZeroWithoutTools() {
    Deployment deterministic = deployment("cache.calls = deterministic");
    assertThat(isShared(deterministic, call(0.0))).isTrue();
    assertThat(isShared(deterministic, call(0.1))).isFalse();
    assertThat(isShared(deterministic, call(null))).isFalse();
    assertThat(isShared(deterministic, with("", TOOL))).isFalse();
    assertThat(isShared(deterministic, with("on", TOOL))).isTrue();
    assertThat(isShared(deterministic, asking("off"))).isFalse();
  }

  @Test
  void whatIsBuiltInIsDeterministic() {
    Deployment extract =
        deployment("provider = builtin, engine = extract, cache.calls = deterministic");
    assertThat(isShared(extract, call(null))).isTrue();
    assertThat(isShared(extract, with("", TOOL))).isFalse();
  }

  @Test
  void allIsAllThatDoNotAskForTheContrary() {
    Deployment all = deployment("cache.calls = all");
    assertThat(isShared(all, call(1.0))).isTrue();
    assertThat(isShared(all, with("", TOOL))).isTrue();
    assertThat(isShared(all, asking("off"))).isFalse();
  }

  @Test
  void aWishThatThereIsNotIsRefusedByName() {
    assertThatThrownBy(() -> isShared(deployment(""), asking("maybe")))
        .satisfies(
            refused -> {
              assertThat(WeirError.of(refused)).isInstanceOf(WeirError.InvalidRequest.class);
              assertThat(WeirError.of(refused).code()).isEqualTo("invalid_value");
            });
  }

  @Test
  void itemsThatDifferByTheirIdsAloneAreTheSame() {
    assertThat(key("acme/a", said("one", "Hi"))).isEqualTo(key("acme/a", said("two", "Hi")));
    assertThat(key("acme/a", said("one", "Hi"))).isNotEqualTo(key("acme/a", said("one", "Ho")));
  }

  @Test
  void byDefaultAnAnswerStaysWithItsUser() {
    assertThat(key("acme/a", said("m", "Hi"))).isNotEqualTo(key("acme/b", said("m", "Hi")));
  }

  @Test
  void aTenantsUsersShareWhereConfigured() {
    Deployment shared = deployment("cache.scope = tenant");
    assertThat(key(shared, "acme/a")).isEqualTo(key(shared, "acme/b"));
    assertThat(key(shared, "acme/a")).isNotEqualTo(key(shared, "other/a"));
  }

  @Test
  void whateverCanChangeTheAnswerChangesTheKey() {
    Item user = Item.message("m", Role.USER, "Hi");
    ToolChoice auto = new ToolChoice.Auto();
    TextFormat plain = new TextFormat.Plain();
    List<ModelCall> calls =
        List.of(
            call("", user, TOOL, auto, plain, Sampling.DEFAULT, null, Map.of()),
            call("Be brief.", user, TOOL, auto, plain, Sampling.DEFAULT, null, Map.of()),
            call("", said("m", "Hi"), TOOL, auto, plain, Sampling.DEFAULT, null, Map.of()),
            call("", refusal(), TOOL, auto, plain, Sampling.DEFAULT, null, Map.of()),
            call(
                "",
                user,
                new Tool("f", "", "does f{}", true),
                auto,
                plain,
                Sampling.DEFAULT,
                null,
                Map.of()),
            call(
                "",
                user,
                TOOL,
                new ToolChoice.Function("f"),
                plain,
                Sampling.DEFAULT,
                null,
                Map.of()),
            call(
                "",
                user,
                TOOL,
                auto,
                new TextFormat.JsonObject(),
                Sampling.DEFAULT,
                null,
                Map.of()),
            call("", user, TOOL, auto, plain, new Sampling(0.0, null, null, null), null, Map.of()),
            call("", user, TOOL, auto, plain, new Sampling(null, 0.0, null, null), null, Map.of()),
            call("", user, TOOL, auto, plain, Sampling.DEFAULT, "high", Map.of()),
            call("", user, TOOL, auto, plain, Sampling.DEFAULT, null, Map.of("sim.seed", "2")),
            call(
                "", user, TOOL, auto, plain, Sampling.DEFAULT, null, Map.of(CachePolicy.TAG, "t")));
    Set<String> keys = new HashSet<>();
    calls.forEach(call -> keys.add(key(deployment("cache.calls = all"), call, "m", 10)));
    assertThat(keys).hasSize(calls.size());
  }

  @Test
  void modelDeploymentAndOutputCapAreParts() {
    Deployment all = deployment("cache.calls = all");
    Deployment other = deployment("cache.calls = all, upstream-model = other");
    assertThat(
            Set.of(
                key(all, call(0.0), "m", 10),
                key(all, call(0.0), "n", 10),
                key(all, call(0.0), "m", 11),
                key(other, call(0.0), "m", 10)))
        .hasSize(4);
  }

  @Test
  void otherMetadataChangesNothing() {
    Deployment all = deployment("cache.calls = all");
    ModelCall noted =
        call(
            "",
            said("m", "Hi"),
            TOOL,
            new ToolChoice.Auto(),
            new TextFormat.Plain(),
            Sampling.DEFAULT,
            null,
            Map.of("trace", "7"));
    assertThat(key(all, noted, "m", 10)).isEqualTo(key(all, with("", TOOL), "m", 10));
  }

  private static final String LIKE = "cache { calls = all, semantic.enabled = on }";

  @Test
  void onlyWhereItIsEnabledMayALikeQuestionsAnswerDo() {
    Item said = Item.message("m", Role.USER, "Hi");
    assertThat(question(deployment("cache.calls = all"), "acme/a", "", said)).isNull();
    assertThat(question(deployment(LIKE), "acme/a", "", said).text()).isEqualTo("Hi");
    assertThat(
            CachePolicy.order(
                deployment("cache.semantic.enabled = on"), new CacheCall(call(null), "m"), 10))
        .isEmpty();
  }

  @Test
  void callsThatDifferInTheirLastMessageAloneAreOfOneKinAndMeet() {
    Deployment like = deployment(LIKE);
    Item before = Item.message("a", Role.USER, "Before");
    CacheOrder one = order(like, "acme/a", "", before, Item.message("b", Role.USER, "Hi"));
    CacheOrder other = order(like, "acme/a", "", before, Item.message("c", Role.USER, "Ho"));
    assertThat(one.question().kin()).isEqualTo(other.question().kin());
    assertThat(one.place()).isEqualTo(other.place());
    assertThat(one.key()).isNotEqualTo(other.key());
  }

  @Test
  void whateverElseDiffersIsAnotherKin() {
    Item said = Item.message("m", Role.USER, "Hi");
    Item before = Item.message("a", Role.USER, "Before");
    Item later = Item.message("a", Role.USER, "Later");
    Deployment like = deployment(LIKE);
    Deployment measured =
        deployment("cache { calls = all, semantic { enabled = on, embeddings = vllm/e } }");
    Set<String> kins = new HashSet<>();
    kins.add(question(like, "acme/a", "", said).kin());
    kins.add(question(like, "acme/b", "", said).kin());
    kins.add(question(like, "acme/a", "Be brief.", said).kin());
    kins.add(question(like, "acme/a", "", before, said).kin());
    kins.add(question(like, "acme/a", "", later, said).kin());
    kins.add(question(measured, "acme/a", "", said).kin());
    kins.add(order(like, call(0.0, said), "m", 10).question().kin());
    kins.add(order(like, call(0.5, said), "m", 10).question().kin());
    kins.add(order(like, call(0.5, said), "n", 10).question().kin());
    kins.add(order(like, call(0.5, said), "m", 11).question().kin());
    assertThat(kins).hasSize(10);
  }

  @Test
  void aTenantsUsersAreOfOneKinWhereTheyShare() {
    Deployment tenant = deployment("cache { calls = all, scope = tenant, semantic.enabled = on }");
    Item said = Item.message("m", Role.USER, "Hi");
    assertThat(question(tenant, "acme/a", "", said))
        .isEqualTo(question(tenant, "acme/b", "", said));
    assertThat(question(tenant, "acme/a", "", said).kin())
        .isNotEqualTo(question(tenant, "other/a", "", said).kin());
  }

  @Test
  void onlyAUsersShortTextIsCompared() {
    Deployment like = deployment(LIKE);
    Item image =
        new Item.Message(
            "m",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(new Content.InputText("What is it?"), new Content.InputImage("u", "low")));
    assertThat(question(like, "acme/a", "", image)).isNull();
    assertThat(question(like, "acme/a", "", Item.message("m", Role.ASSISTANT, "Hi"))).isNull();
    assertThat(question(like, "acme/a", "", Item.message("m", Role.USER, " "))).isNull();
    assertThat(question(like, "acme/a", "", Item.message("m", Role.USER, "x".repeat(8_000))))
        .isNotNull();
    assertThat(question(like, "acme/a", "", Item.message("m", Role.USER, "x".repeat(8_001))))
        .isNull();
  }

  private static @Nullable Question question(
      Deployment deployment, String user, String instructions, Item... items) {
    return order(deployment, user, instructions, items).question();
  }

  private static CacheOrder order(
      Deployment deployment, String user, String instructions, Item... items) {
    ModelCall call =
        new ModelCall(
            instructions,
            List.of(items),
            List.of(),
            new ToolChoice.Auto(),
            true,
            new TextFormat.Plain(),
            10,
            Sampling.DEFAULT,
            null,
            Map.of(),
            user);
    return order(deployment, call, "m", 10);
  }

  private static CacheOrder order(Deployment deployment, ModelCall call, String model, int cap) {
    return CachePolicy.order(deployment, new CacheCall(call, model), cap).orElseThrow();
  }

  private static ModelCall call(double temperature, Item said) {
    return new ModelCall(
        "",
        List.of(said),
        List.of(),
        new ToolChoice.Auto(),
        true,
        new TextFormat.Plain(),
        10,
        new Sampling(temperature, null, null, null),
        null,
        Map.of(),
        "acme/a");
  }

  private static Deployment deployment(String settings) {
    return Catalog.from(
            ConfigFactory.parseString("weir.deployments.d { provider = played, " + settings + " }")
                .withFallback(ConfigFactory.load())
                .getConfig("weir"))
        .deployment("d")
        .orElseThrow();
  }

  private static boolean isShared(Deployment deployment, ModelCall call) {
    return CachePolicy.order(deployment, new CacheCall(call, "m"), 10).isPresent();
  }

  private static String key(String user, Item item) {
    return key(deployment("cache.calls = all"), user, item);
  }

  private static String key(Deployment deployment, String user) {
    return key(deployment, user, said("m", "Hi"));
  }

  private static String key(Deployment deployment, String user, Item item) {
    ModelCall call =
        new ModelCall(
            "",
            List.of(item),
            List.of(),
            new ToolChoice.Auto(),
            true,
            new TextFormat.Plain(),
            10,
            Sampling.DEFAULT,
            null,
            Map.of(CachePolicy.WISH, "on"),
            user);
    return key(deployment, call, "m", 10);
  }

  private static String key(Deployment deployment, ModelCall call, String model, int cap) {
    return CachePolicy.order(deployment, new CacheCall(call, model), cap).orElseThrow().key();
  }

  private static Item said(String id, String text) {
    return new Item.Message(
        id, ItemStatus.COMPLETED, Role.USER, List.of(new Content.OutputText(text)));
  }

  private static Item refusal() {
    return new Item.Message(
        "m", ItemStatus.COMPLETED, Role.USER, List.of(new Content.Refusal("Hi")));
  }

  private static ModelCall call(@Nullable Double temperature) {
    return new ModelCall(
        "",
        List.of(said("m", "Hi")),
        List.of(),
        new ToolChoice.Auto(),
        true,
        new TextFormat.Plain(),
        10,
        new Sampling(temperature, null, null, null),
        null,
        Map.of(),
        "acme/a");
  }

  private static ModelCall asking(String wish) {
    return call(
        "",
        said("m", "Hi"),
        null,
        new ToolChoice.Auto(),
        new TextFormat.Plain(),
        Sampling.DEFAULT,
        null,
        Map.of(CachePolicy.WISH, wish));
  }

  private static ModelCall with(String wish, Tool tool) {
    return call(
        "",
        said("m", "Hi"),
        tool,
        new ToolChoice.Auto(),
        new TextFormat.Plain(),
        Sampling.DEFAULT,
        null,
        Map.of(CachePolicy.WISH, wish));
  }

  private static ModelCall call(
      String instructions,
      Item item,
      @Nullable Tool tool,
      ToolChoice choice,
      TextFormat format,
      Sampling sampling,
      @Nullable String effort,
      Map<String, String> metadata) {
    return new ModelCall(
        instructions,
        List.of(item),
        tool == null ? List.of() : List.of(tool),
        choice,
        true,
        format,
        10,
        sampling,
        effort,
        metadata,
        "acme/a");
  }
}
