package dev.weir.inference.provider.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SimScriptTest {

  private static final long MS = Duration.ofMillis(1).toNanos();

  @Test
  void waitsForTheFirstTokenThenBetweenTokensThenNoMore() {
    SimScript script = script(settings(0, 0), Optional.empty());
    assertThat(gaps(script, 3, 0)).containsExactly(200 * MS, 20 * MS, 20 * MS);
    assertThat(script.gap(0)).isZero();
  }

  @Test
  void slowsDownByTheBusyShareOfItsSlots() {
    assertThat(gaps(script(settings(0, 1.0), Optional.empty()), 2, 0.5))
        .containsExactly(200 * MS, 30 * MS);
  }

  @Test
  void jitterStaysWithinItsShareAndDiffers() {
    List<Long> gaps = gaps(script(settings(0.5, 0), Optional.empty()), 3, 0);
    assertThat((double) gaps.get(1)).isCloseTo(20.0 * MS, within(10.0 * MS));
    assertThat(gaps.get(1)).isNotEqualTo(gaps.get(2));
  }

  @Test
  void aSlowFaultMakesTheRestTenTimesSlower() {
    SimScript script = script(settings(0, 0), SimFault.parse("slow@2"));
    assertThat(gaps(script, 3, 0)).containsExactly(200 * MS, 20 * MS, 200 * MS);
  }

  @Test
  void theSeedDecidesTheWords() {
    assertThat(text(settings(0, 0))).isEqualTo(text(settings(0, 0)));
    assertThat(text(settings(0, 0).over(Map.of("sim.seed", "9"))))
        .isNotEqualTo(text(settings(0, 0)));
    assertThat(text(settings(0, 0))).matches("[A-Z][a-z]+ [a-z]+ [a-z]+");
  }

  @Test
  void endsWithUsageAndTheReason() {
    SimScript script = script(settings(0, 0), Optional.empty());
    gaps(script, 3, 0);
    assertThat(script.next())
        .isInstanceOfSatisfying(
            Delta.Consumed.class,
            consumed -> {
              assertThat(consumed.usage().inputTokens()).isEqualTo(7);
              assertThat(consumed.usage().outputTokens()).isEqualTo(3);
            });
    assertThat(script.next()).isEqualTo(new Delta.Finished(FinishReason.STOP));
  }

  @Test
  void everyKeyOfTheMetadataCounts() {
    SimSettings over =
        settings(0, 0)
            .over(
                Map.of(
                    "sim.ttft_ms",
                    "1.5",
                    "sim.itl_ms",
                    "2",
                    "sim.jitter",
                    "0.25",
                    "sim.tokens",
                    "9",
                    "sim.seed",
                    "7",
                    "sim.fault",
                    "drop@4"));
    assertThat(over)
        .isEqualTo(
            new SimSettings(
                Duration.ofNanos(1_500_000),
                Duration.ofMillis(2),
                0.25,
                9,
                7,
                0,
                List.of(new SimFault.Chance(new SimFault(SimFault.Kind.DROP, 4), 1)),
                true));
  }

  @Test
  void faultsAreReadAsTheyAreWritten() {
    for (String text :
        List.of(
            "drop@1",
            "stall@2",
            "slow@3",
            "malformed@0",
            "rate_limit",
            "server_error",
            "bad_key",
            "context_overflow",
            "ignore_cancel")) {
      assertThat(SimFault.parse(text).orElseThrow()).hasToString(text);
    }
    assertThat(List.of("", "drop@", "drop@-1", "rate_limit@3", "fire"))
        .allMatch(text -> SimFault.parse(text).isEmpty());
  }

  @Test
  void aChanceBefallsItsShareOfTheCallsAndTheSeedDecidesWhich() {
    SimFault.Chance often = new SimFault.Chance(new SimFault(SimFault.Kind.DROP, 1), 0.3);
    SimSettings settings =
        new SimSettings(Duration.ZERO, Duration.ZERO, 0, 3, 5, 0, List.of(often), true);
    List<Optional<SimFault>> drawn = draws(settings);
    assertThat(drawn.stream().filter(Optional::isPresent).count()).isBetween(250L, 350L);
    assertThat(draws(settings)).isEqualTo(drawn);
  }

  private static List<Optional<SimFault>> draws(SimSettings settings) {
    SimControl control = new SimControl(settings, 1);
    List<Optional<SimFault>> drawn = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      drawn.add(control.draw(settings));
    }
    return drawn;
  }

  private static SimSettings settings(double jitter, double slowDown) {
    return new SimSettings(
        Duration.ofMillis(200), Duration.ofMillis(20), jitter, 3, 1, slowDown, List.of(), true);
  }

  private static SimScript script(SimSettings settings, Optional<SimFault> fault) {
    return new SimScript(
        settings,
        fault,
        ModelCall.of("Be brief.", List.of(Item.message("m", Role.USER, "What runs over?")), 10));
  }

  private static List<Long> gaps(SimScript script, int count, double load) {
    List<Long> gaps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      gaps.add(script.gap(load));
      script.next();
    }
    return gaps;
  }

  private static String text(SimSettings settings) {
    SimScript script = script(settings, Optional.empty());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      text.append(((Delta.Text) script.next()).text());
    }
    return text.toString();
  }
}
