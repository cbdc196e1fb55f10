package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ContextFitTest {

  private static final int WINDOW = 1_000;
  private static final int OUTPUT = 100;
  private static final InputBound BOUND = new InputBound(1.1, TokenCounter.estimate());

  @Test
  void whatFitsIsLeftAsItIs() {
    ModelCall call = call(said(Role.USER, 100), said(Role.ASSISTANT, 100));

    assertThat(fit(call)).isSameAs(call);
  }

  @Test
  void theOldestItemsGoFirst() {
    Item first = said(Role.USER, 400);
    Item second = said(Role.ASSISTANT, 300);
    Item third = said(Role.USER, 300);

    assertThat(fit(call(first, second, third)).items()).containsExactly(second, third);
  }

  @Test
  void nothingOlderThanAGapStays() {
    Item small = said(Role.USER, 10);
    Item large = said(Role.ASSISTANT, 700);
    Item last = said(Role.USER, 300);

    assertThat(fit(call(small, large, last)).items()).containsExactly(last);
  }

  @Test
  void whatTheSystemSaysStaysAndTheNewestItemEvenIfTooLong() {
    Item system = said(Role.SYSTEM, 50);
    Item developer = said(Role.DEVELOPER, 50);
    Item old = said(Role.USER, 20);
    Item huge = said(Role.USER, 2_000);

    assertThat(fit(call(system, old, developer, huge)).items())
        .containsExactly(system, developer, huge);
  }

  @Test
  void anOutputStaysWithItsCallOrNotAtAll() {
    Item call = called("a", 300);
    Item other = called("b", 300);
    Item output = returned("a", 300);
    Item another = returned("b", 200);

    assertThat(fit(call(call, other, output, another)).items()).containsExactly(other, another);
  }

  @Test
  void anyContextIsCutToASuffixThatFits() {
    for (int seed = 0; seed < 500; seed++) {
      ModelCall call = call(random(new Random(seed)));
      List<Item> kept = fit(call).items();

      assertThat(call.items()).as("seed %d", seed).containsSubsequence(kept);
      assertThat(kept).as("seed %d", seed).contains(call.items().getLast());
      assertThat(orphans(kept)).as("seed %d", seed).isEmpty();
      if (kept.size() > 2) {
        assertThat(BOUND.of(call.withItems(kept)))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(WINDOW - OUTPUT);
      }
    }
  }

  private static ModelCall fit(ModelCall call) {
    return new ContextFit(BOUND, WINDOW).fit(call, OUTPUT);
  }

  private static Item[] random(RandomGenerator random) {
    List<Item> items = new ArrayList<>();
    List<String> open = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(30); i++) {
      int tokens = 1 + random.nextInt(120);
      if (!open.isEmpty() && random.nextInt(3) > 0) {
        items.add(returned(open.removeFirst(), tokens));
      } else if (random.nextBoolean()) {
        open.add("call" + i);
        items.add(called("call" + i, tokens));
      } else {
        items.add(said(random.nextBoolean() ? Role.USER : Role.ASSISTANT, tokens));
      }
    }
    return items.toArray(Item[]::new);
  }

  private static Set<String> orphans(List<Item> items) {
    Set<String> calls = new HashSet<>();
    Set<String> orphans = new HashSet<>();
    for (Item item : items) {
      if (item instanceof Item.FunctionCall call) {
        calls.add(call.callId());
      } else if (item instanceof Item.FunctionCallOutput output
          && !calls.contains(output.callId())) {
        orphans.add(output.callId());
      }
    }
    return orphans;
  }

  private static ModelCall call(Item... items) {
    return ModelCall.of("Be brief.", List.of(items), OUTPUT);
  }

  private static int made;

  private static Item said(Role role, int tokens) {
    return Item.message("msg_" + made++, role, words(tokens));
  }

  private static Item called(String callId, int tokens) {
    return new Item.FunctionCall(
        "fc_" + callId, ItemStatus.COMPLETED, callId, "gauge", words(tokens));
  }

  private static Item returned(String callId, int tokens) {
    return new Item.FunctionCallOutput(
        "fco_" + callId, ItemStatus.COMPLETED, callId, words(tokens));
  }

  private static String words(int tokens) {
    return "dam ".repeat(tokens);
  }
}
