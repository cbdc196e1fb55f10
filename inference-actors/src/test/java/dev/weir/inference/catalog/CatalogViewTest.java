package dev.weir.inference.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration with changes over it, on one node. */
class CatalogViewTest {

  private static final String UPSTREAM = "provider = openai, base-url = \"http://h/v1\"";

  private final List<Catalog> adopted = new ArrayList<>();
  private final CatalogView view = view(true);

  private CatalogView view(boolean inference) {
    Config weir =
        ConfigFactory.parseString(
                "deployments.mine { provider = builtin, engine = sim, slots = 3 }")
            .withFallback(ConfigFactory.load().getConfig("weir"));
    Map<String, String> variables = Map.of("KEY", "secret");
    return new CatalogView(
        weir,
        new Secrets(name -> Optional.ofNullable(variables.get(name)), inference),
        new CatalogView.Hooks(deployments -> {}, adopted::add));
  }

  private Overlay put(Overlay changes, String name, String entry) {
    return changes.put(Section.DEPLOYMENTS, name, view.entry(Section.DEPLOYMENTS, name, entry));
  }

  private Overlay put(String name, String entry) {
    return put(Overlay.NONE, name, entry);
  }

  private static String key(Catalog catalog, String name) {
    Config options = catalog.deployment(name).orElseThrow().options();
    return options.hasPath("api-key") ? options.getString("api-key") : "none";
  }

  @Test
  void anEntryStandsForAllThatIsConfiguredUnderItsName() {
    view.follow(1, put("mine", "provider = builtin, engine = extract"));
    Deployment mine = view.get().deployment("mine").orElseThrow();
    assertThat(mine.slots()).isEqualTo(64);
    assertThat(mine.options().getString("engine")).isEqualTo("extract");
    assertThat(view.get().deployment("sim")).isPresent();
  }

  @Test
  void whatIsGoneIsGoneAndWhatWasNeverConfiguredLeavesNoTrace() {
    Overlay changes = put(put("mine", UPSTREAM), "new", UPSTREAM);
    changes = view.remove(changes, Section.DEPLOYMENTS, "mine");
    changes = view.remove(changes, Section.DEPLOYMENTS, "new");
    assertThat(changes.names(Section.DEPLOYMENTS)).containsExactly("mine");
    view.follow(1, Overlay.parse(changes.text()));
    assertThat(view.get().deployment("mine")).isEmpty();
  }

  @Test
  void onlyLaterVersionsAreFollowed() {
    view.follow(2, put("mine", UPSTREAM));
    view.follow(1, Overlay.NONE);
    assertThat(view.standing().version()).isEqualTo(2);
    assertThat(adopted).containsExactly(view.get());
  }

  @Test
  void whatDoesNotGoWithThisNodeIsToldAndTheOldGoesOn() {
    view.follow(1, put("mine", UPSTREAM));
    Catalog before = view.get();
    view.follow(2, put("mine", UPSTREAM + ", slots = 0"));
    assertThat(view.get()).isSameAs(before);
    assertThat(view.standing().problem())
        .contains(new CatalogView.Problem(2, "weir.deployments.mine.slots = 0: at least 1"));
    view.follow(3, put("mine", UPSTREAM + ", slots = 1"));
    assertThat(view.standing().problem()).isEmpty();
  }

  @Test
  void aKeyIsItsNodesOwn() {
    Overlay changes = put("mine", UPSTREAM + ", api-key = ${KEY}");
    changes = put(changes, "json", "{\"base-url\": \"http://h\", \"api-key\": \"${?KEY}\"}");
    changes = put(changes, "other", UPSTREAM + ", api-key = ${?MISSING}");
    assertThat(changes.text()).contains("${KEY}", "${?KEY}", "${?MISSING}");

    Catalog here = view.read(Overlay.parse(changes.text()));
    assertThat(key(here, "mine")).isEqualTo("secret");
    assertThat(key(here, "json")).isEqualTo("secret");
    assertThat(key(here, "other")).isEqualTo("none");
    assertThat(Shown.of(here.deployment("mine").orElseThrow(), changes))
        .containsEntry("api-key", "${KEY}")
        .containsEntry("slots", 64);
  }

  @Test
  void aKeyThatMustBeThereIsOnlyNeededWhereUpstreamsAreCalled() {
    Overlay changes = put("mine", UPSTREAM + ", api-key = ${MISSING}");
    assertThatThrownBy(() -> view.read(changes))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("weir.deployments.mine.api-key = ${MISSING}: no such environment");
    assertThat(key(view(false).read(changes), "mine")).isEqualTo("unknown-here");
  }

  @Test
  void aConfiguredKeyIsNotShown() {
    Deployment keyed =
        Catalog.from(
                ConfigFactory.parseString(
                        "deployments.k { base-url = \"http://u:p@h/v1\", api-key = sk }")
                    .withFallback(ConfigFactory.load().getConfig("weir")))
            .deployment("k")
            .orElseThrow();
    assertThat(Shown.of(keyed, Overlay.NONE))
        .containsEntry("api-key", "***")
        .containsEntry("base-url", "http://***@h/v1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api-key = sk-123",
        "api-key = \"sk-123 ${KEY}\"",
        "api-key = ${KEY} sk-123",
        "api-key = [sk-123]",
        "base-url = \"http://u:sk-123@h\"",
        "upstream-model = ${PATH}",
        "upstream-model = ${?PATH}",
        "upstream-model = ${?PATH}sk-123 ${KEY}",
        "include \"/etc/passwd\"",
        "include file(\"/etc/passwd\")",
        "include url(\"file:///etc/passwd\")",
        "include classpath(\"reference.conf\")",
        "[1]",
        "{",
        "",
      })
  void whatMayNotBeInAnEntryIsRefusedAndNotRepeated(String text) {
    assertThatThrownBy(() -> view.read(put("mine", text.isEmpty() ? "slots = " : text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageNotContaining("sk-123");
  }

  @Test
  void whatIsNestedWithoutEndIsRefused() {
    assertThatThrownBy(() -> put("mine", "a".concat(".a".repeat(300_000)).concat(" = 1")))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> put("mine", "a = " + "[".repeat(300_000)))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void whoWaitsToKnowIsToldOnce() {
    List<String> told = new ArrayList<>();
    view.whenKnown(() -> told.add("before"));
    assertThat(view.isKnown()).isFalse();
    view.follow(0, Overlay.NONE);
    view.follow(0, Overlay.NONE);
    view.whenKnown(() -> told.add("after"));
    assertThat(told).containsExactly("before", "after");
  }
}
