package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.generation.Site;
import dev.weir.inference.queue.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeChoiceTest {

  private final NodeChoice<String> nodes = new NodeChoice<>(new Random(1));

  @BeforeEach
  void threeNodes() {
    assertThat(nodes.replaceAll(Set.of("a", "b", "c"), "b"::equals)).hasSize(3);
  }

  @Test
  void theLocalNodeIsPreferredWhileItHasAFreeSlot() {
    assertThat(choose("x", 2)).isEqualTo("b");
    assertThat(choose("x", 2)).isEqualTo("b");
    assertThat(choose("x", 2)).isNotEqualTo("b");
  }

  @Test
  void affinityPointsToOneNodeAndYieldsUnderLoad() {
    nodes.replaceAll(Set.of("d", "e", "f"), local -> false);
    String sticky = choose("somebody", 5);
    assertThat(choose("somebody", 5)).isEqualTo(sticky);
    nodes.report(sticky, Map.of("d", 5));
    assertThat(choose("somebody", 5)).isNotEqualTo(sticky);
  }

  @Test
  void whatAReportDoesNotNameIsIdle() {
    assertThat(choose("x", 1)).isEqualTo("b");
    assertThat(choose("x", 1)).isNotEqualTo("b");
    nodes.report("b", Map.of());
    assertThat(choose("x", 1)).isEqualTo("b");
  }

  @Test
  void withoutAffinityCallsSpreadEvenly() {
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (int call = 0; call < 300; call++) {
      counts.merge(choose("", 1000), 1, Integer::sum);
    }
    assertThat(Collections.max(counts.values()) - Collections.min(counts.values()))
        .isLessThanOrEqualTo(6);
  }

  @Test
  void aNodeThatFailedIsAvoidedWhileThereIsAnother() {
    nodes.replaceAll(Set.of("a", "b"), "b"::equals);
    assertThat(nodes.choose("d", 9, "x", Set.of(), Set.of("b"))).contains("a");
    assertThat(nodes.choose("d", 9, "x", Set.of(), Set.of("a", "b"))).contains("b");
  }

  @Test
  void aKeyIsPinnedToTheSameNodeEverywhereAndUnderAnyLoad() {
    NodeChoice<String> other = new NodeChoice<>(new Random(2));
    other.replaceAll(Set.of("c", "b", "a"), "c"::equals);
    for (int key = 0; key < 100; key++) {
      String node = pinned(nodes, "key-" + key);
      nodes.report(node, Map.of("d", 1000));
      assertThat(pinned(nodes, "key-" + key)).isEqualTo(node);
      assertThat(pinned(other, "key-" + key)).isEqualTo(node);
    }
  }

  @Test
  void keysSpreadOverTheNodesAndMoveOnlyFromOneThatGoes() {
    Map<String, String> before = new TreeMap<>();
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (int key = 0; key < 3000; key++) {
      before.put("key-" + key, pinned(nodes, "key-" + key));
      counts.merge(pinned(nodes, "key-" + key), 1, Integer::sum);
    }
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(850, 1150));
    nodes.replaceAll(Set.of("a", "b"), "b"::equals);
    before.forEach(
        (key, node) -> {
          if (!node.equals("c")) {
            assertThat(pinned(nodes, key)).isEqualTo(node);
          }
        });
  }

  @Test
  void aPinnedCallAvoidsANodeThatFailed() {
    String first = pinned(nodes, "key");
    assertThat(nodes.pinned("key", Set.of(), Set.of(first), name -> name))
        .get()
        .isNotEqualTo(first);
    assertThat(nodes.pinned("key", Set.of("a", "b", "c"), Set.of(), name -> name)).isEmpty();
  }

  private static String pinned(NodeChoice<String> nodes, String key) {
    return nodes.pinned(key, Set.of(), Set.of(), name -> name).orElseThrow();
  }

  @Test
  void noNodesNoChoice() {
    assertThat(nodes.replaceAll(Set.of(), "b"::equals)).isEqualTo(List.of());
    assertThat(nodes.choose("d", 1, "x", Set.of(), Set.of())).isEmpty();
    assertThat(nodes.pinned("key", Set.of(), Set.of(), name -> name)).isEmpty();
  }

  private String choose(String affinity, int slots) {
    return nodes.choose("d", slots, affinity, Set.of(), Set.of()).orElseThrow();
  }

  @Test
  void theNearestWithAFreeSlotIsChosenAndWhenAllAreFullAnyIs() {
    NodeChoice<String> located =
        new NodeChoice<>(new Random(1), new Location("eu", "a", List.of("us", "asia")));
    located.replaceAll(Set.of("zone", "region", "us", "asia", "moon"), local -> false);
    place(located, "zone", "eu", "a");
    place(located, "region", "eu", "b");
    place(located, "us", "us", "a");
    place(located, "asia", "asia", "a");
    place(located, "moon", "moon", "a");
    List<String> order = new ArrayList<>();
    for (int call = 0; call < 5; call++) {
      order.add(located.choose("d", 1, "x", Set.of(), Set.of()).orElseThrow());
    }
    assertThat(order).containsExactly("zone", "region", "us", "asia", "moon");
    Set<String> beyond = new HashSet<>();
    for (int call = 0; call < 50; call++) {
      beyond.add(located.choose("d", 1, "", Set.of(), Set.of()).orElseThrow());
    }
    assertThat(beyond).hasSizeGreaterThan(1);
  }

  private static void place(NodeChoice<String> nodes, String node, String region, String zone) {
    nodes.site(node, new Site(Set.of(Workload.INTERACTIVE), region, zone));
  }

  @Test
  void aNodeIsNotForWorkItDoesNotTake() {
    nodes.site("a", new Site(Set.of(Workload.BACKGROUND), "", ""));
    assertThat(nodes.notFor(Workload.INTERACTIVE)).containsExactly("a");
    assertThat(nodes.notFor(Workload.BACKGROUND)).isEmpty();
  }
}
