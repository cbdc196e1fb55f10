package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Features;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.routing.Order.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrderTest {

  private static final String DEPLOYMENTS =
      """
      deployments {
        small { provider = builtin, engine = sim, price { input = 1, output = 2 } }
        large { provider = builtin, engine = sim, price { input = 10, output = 30 } }
        free { provider = builtin, engine = sim }
      }
      """;

  private final PeakEwma firstTokens = new PeakEwma(() -> 0);
  private final Order order = new Order(new Random(1), firstTokens);

  @Test
  void simpleCallsGoToTheRouteThatIsForThemAndTheOthersBeyondIt() {
    String model =
        "{ deployments = [{ name = small, when { max-input-tokens = 20, tools = off,"
            + " without = \"prove|why\" } }, large], fallback = [free] }";
    assertThat(names(model, say("What is the capital of France?")))
        .containsExactly("small", "large", "free");
    assertThat(first(model, say("Hi")).why())
        .isEqualTo("simple: at most 20 tokens, no tools, without /prove|why/");
    assertThat(names(model, say("Prove it."))).containsExactly("large", "free");
    assertThat(names(model, say("word ".repeat(200)))).containsExactly("large", "free");
    assertThat(names(model, new Features("", List.of(), true, Set.of(), false)))
        .containsExactly("large", "free");
  }

  @Test
  void imagesCanBeKeptFromARoute() {
    String model = "{ deployments = [{ name = small, when { images = off } }, large] }";
    Item image =
        new Item.Message(
            "m",
            ItemStatus.COMPLETED,
            Role.USER,
            List.of(new Content.InputImage("data:,", "auto")));
    assertThat(names(model, new Features("", List.of(image), false, Set.of(), false)))
        .containsExactly("large");
  }

  @Test
  void theCheapestIsFirst() {
    assertThat(names("{ deployments = [large, small], choose-by = price }", say("Hi")))
        .containsExactly("small", "large");
  }

  @Test
  void theSoonestFirstTokenIsFirst() {
    String model = "{ deployments = [large, small, free], choose-by = first-token }";
    firstTokens.ended("large", Duration.ofMillis(10));
    firstTokens.ended("small", Duration.ofMillis(50));
    firstTokens.ended("free", Duration.ofMillis(20));
    assertThat(names(model, say("Hi"))).containsExactly("large", "free", "small");
    firstTokens.began("large");
    firstTokens.began("large");
    assertThat(names(model, say("Hi"))).containsExactly("free", "large", "small");
  }

  @Test
  void aUserStaysWithWhatWasDrawnForItOnEveryNodeAndUsersAreSharedOutByWeight() {
    String model =
        "{ deployments = [{ name = large, weight = 4 }, { name = small, weight = 1 }],"
            + " choose-by = user }";
    Map<String, Integer> drawn = new HashMap<>();
    for (int user = 0; user < 1_000; user++) {
      Set<String> chosen = new HashSet<>();
      for (int call = 0; call < 3; call++) {
        Order anotherNode = new Order(new Random(call), new PeakEwma(() -> 0));
        chosen.add(
            of(anotherNode, model, say("Hi"), "t/user" + user).getFirst().deployment().name());
      }
      assertThat(chosen).hasSize(1);
      drawn.merge(chosen.iterator().next(), 1, Integer::sum);
    }
    assertThat(drawn.get("small")).isBetween(150, 250);
  }

  @Test
  void whoHasTheCanaryAtOnePercentKeepsItInLaterStepsAndNobodyHasItOnceItIsStopped() {
    String model =
        "{ deployments = [large], fallback = [free],"
            + " canary { deployment = small, step = %d, stopped = \"%s\" } }";
    List<Integer> having = new ArrayList<>();
    Set<String> before = Set.of();
    for (int step = 0; step < 4; step++) {
      Set<String> now = having(model.formatted(step, ""));
      assertThat(now).containsAll(before);
      having.add(now.size());
      before = now;
    }
    assertThat(having.get(0)).isBetween(10, 40);
    assertThat(having.get(1)).isBetween(160, 240);
    assertThat(having.get(2)).isBetween(900, 1_100);
    assertThat(having.get(3)).isEqualTo(2_000);
    assertThat(having(model.formatted(3, "slower"))).isEmpty();
  }

  private Set<String> having(String model) {
    Catalog catalog = catalog(model);
    Set<String> users = new HashSet<>();
    for (int user = 0; user < 2_000; user++) {
      List<Way> ways = of(order, catalog, say("Hi"), "t/user" + user);
      if (ways.getFirst().deployment().name().equals("small")) {
        assertThat(ways.getFirst().why()).matches("canary, (1|10|50|100) %");
        assertThat(ways)
            .extracting(way -> way.deployment().name())
            .containsExactly("small", "large", "free");
        users.add("t/user" + user);
      }
    }
    return users;
  }

  @Test
  void callsOfARuleGoWhereItSendsThemWhoeverHasTheCanary() {
    String model =
        "{ deployments = [{ name = small, when { tools = off } }, large],"
            + " canary { deployment = free, step = 3 } }";
    assertThat(names(model, say("Hi"))).containsExactly("small", "large");
    assertThat(names(model, new Features("", List.of(), true, Set.of(), false)))
        .containsExactly("free", "large");
  }

  private static Features say(String text) {
    return new Features("", List.of(Item.message("m", Role.USER, text)), false, Set.of(), false);
  }

  private List<String> names(String model, Features call) {
    return of(order, model, call, "t/u").stream().map(way -> way.deployment().name()).toList();
  }

  private Way first(String model, Features call) {
    return of(order, model, call, "t/u").getFirst();
  }

  private static List<Way> of(Order order, String model, Features call, String user) {
    return of(order, catalog(model), call, user);
  }

  private static Catalog catalog(String model) {
    return Catalog.from(
        ConfigFactory.parseString(DEPLOYMENTS + "models.m = " + model)
            .withFallback(ConfigFactory.load().getConfig("weir")));
  }

  private static List<Way> of(Order order, Catalog catalog, Features call, String user) {
    return order.of(
        catalog.model("m").orElseThrow(),
        call,
        user,
        name -> catalog.deployment(name).orElseThrow());
  }
}
