package dev.weir.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopSequencesTest {

  @Test
  void holdsBackWhatMayBeginAStopSequence() {
    StopSequences stops = new StopSequences(List.of("END"));

    assertThat(stops.add("one E")).isEqualTo("one ");
    assertThat(stops.add("N")).isEmpty();
    assertThat(stops.add("D two")).isEmpty();
    assertThat(stops.found()).isTrue();
  }

  @Test
  void givesBackWhatWasNoStopSequenceAfterAll() {
    StopSequences stops = new StopSequences(List.of("END"));

    assertThat(stops.add("EN")).isEmpty();
    assertThat(stops.add("T")).isEqualTo("ENT");
    assertThat(stops.add("EN")).isEmpty();
    assertThat(stops.rest()).isEqualTo("EN");
    assertThat(stops.found()).isFalse();
  }

  @Test
  void theFirstOfSeveralEndsTheText() {
    assertThat(StopSequences.cut("a b c d", List.of("d", "b "))).isEqualTo("a ");
    assertThat(StopSequences.cut("a b c d", List.of("x"))).isEqualTo("a b c d");
  }

  @Test
  void piecesOfAnySizeGiveTheSameText() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      String text = letters(random, 40);
      List<String> stops = List.of(letters(random, 3) + "a", letters(random, 2) + "b");
      StopSequences pieces = new StopSequences(stops);
      StringBuilder seen = new StringBuilder();
      for (int at = 0; at < text.length() && !pieces.found(); ) {
        int next = Math.min(text.length(), at + 1 + random.nextInt(4));
        seen.append(pieces.add(text.substring(at, next)));
        at = next;
      }
      if (!pieces.found()) {
        seen.append(pieces.rest());
      }
      assertThat(seen.toString()).isEqualTo(expected(text, stops));
      assertThat(StopSequences.cut(text, stops)).isEqualTo(expected(text, stops));
    }
  }

  /** Letter by letter: the first prefix that ends with a stop sequence, without it. */
  private static String expected(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String prefix = text.substring(0, end);
      int longest =
          stops.stream().filter(prefix::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return prefix.substring(0, end - longest);
      }
    }
    return text;
  }

  private static String letters(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }
}
