package dev.weir.inference.provider.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.error.WeirException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {

  private static final String STREAM =
      """
      : hello

      data: one

      event: x
      data:two
      id: 7
      data:  lines



      data

      data: grüße 😀

      retry: 1

      database: no

      data: last

      """;

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void findsTheSameEventsWhereverTheBytesAreCut(String lineEnd) {
    byte[] bytes = STREAM.replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
    for (int piece = 1; piece <= bytes.length; piece++) {
      assertThat(parse(bytes, piece))
          .as("pieces of %d bytes", piece)
          .containsExactly("one", "two\n lines", "", "grüße 😀", "last");
    }
  }

  @Test
  void anEventWithoutItsBlankLineCountsAtTheEnd() {
    assertThat(parse("data: a\n\ndata: b\ndata: c".getBytes(StandardCharsets.UTF_8), 5))
        .containsExactly("a", "b\nc");
  }

  @Test
  void nothingButCommentsIsNothing() {
    assertThat(parse(": a\n: b\n\n".getBytes(StandardCharsets.UTF_8), 3)).isEmpty();
  }

  @Test
  void manySmallEventsNeedLittleRoom() {
    SseParser parser = new SseParser();
    for (int i = 0; i < 100_000; i++) {
      parser.feed(ByteString.fromString("data: 0123456789\n\n"));
      assertThat(parser.next()).isTrue();
    }
    assertThat(parser.buffer()).hasSize(4096);
  }

  @Test
  void anEndlessLineIsRefused() {
    SseParser parser = new SseParser();
    ByteString part = ByteString.fromString("x".repeat(100_000));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20; i++) {
                parser.feed(part);
                assertThat(parser.next()).isFalse();
              }
            })
        .isInstanceOf(WeirException.class);
  }

  private static List<String> parse(byte[] bytes, int piece) {
    SseParser parser = new SseParser();
    List<String> events = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += piece) {
      parser.feed(
          ByteString.fromArray(Arrays.copyOfRange(bytes, at, Math.min(at + piece, bytes.length))));
      while (parser.next()) {
        events.add(text(parser));
      }
    }
    while (parser.last()) {
      events.add(text(parser));
    }
    return events;
  }

  private static String text(SseParser parser) {
    return new String(parser.buffer(), parser.offset(), parser.length(), StandardCharsets.UTF_8);
  }
}
