package dev.weir.bench.load;

import java.nio.charset.StandardCharsets;

/** What a stream is asked for by, and how its tokens and its good end look on the wire. */
@SuppressWarnings("ImmutableEnumChecker") // The patterns are arrays that nobody changes.
public enum Protocol {
  CHAT("/v1/chat/completions", "\"delta\":{\"content\":\"", "\"finish_reason\":\"stop\""),
  RESPONSES("/v1/responses", "\"response.output_text.delta\"", "\"response.completed\"");

  private final String path;
  private final byte[] token;
  private final byte[] end;

  Protocol(String path, String token, String end) {
    this.path = path;
    this.token = token.getBytes(StandardCharsets.US_ASCII);
    this.end = end.getBytes(StandardCharsets.US_ASCII);
  }

  public String path() {
    return path;
  }

  /** Whether a line of data brings text. */
  boolean isToken(byte[] line, int length) {
    int after = indexAfter(token, line, length);
    return after >= 0 && (this != CHAT || (after < length && line[after] != '"'));
  }

  /** Whether a line of data says that the answer is whole. */
  boolean isEnd(byte[] line, int length) {
    return indexAfter(end, line, length) >= 0;
  }

  private static int indexAfter(byte[] pattern, byte[] line, int length) {
    outer:
    for (int from = 0; from <= length - pattern.length; from++) {
      for (int i = 0; i < pattern.length; i++) {
        if (line[from + i] != pattern[i]) {
          continue outer;
        }
      }
      return from + pattern.length;
    }
    return -1;
  }
}
