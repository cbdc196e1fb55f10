package dev.weir.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
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
  void noNodesNoChoice() {
    assertThat(nodes.replaceAll(Set.of(), "b"::equals)).isEqualTo(List.of());
    assertThat(nodes.choose("d", 1, "x", Set.of(), Set.of())).isEmpty();
  }

  private String choose(String affinity, int slots) {
    return nodes.choose("d", slots, affinity, Set.of(), Set.of()).orElseThrow();
  }
}
