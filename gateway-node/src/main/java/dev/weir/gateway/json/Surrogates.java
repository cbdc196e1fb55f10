package dev.weir.gateway.json;

/**
 * Finds escapes of half a character in JSON text. JSON allows them, Unicode text does not: they are
 * what is left of an emoji that was cut in two, and can be written nowhere again.
 */
final class Surrogates {

  private static final int ESCAPE = 6;

  private Surrogates() {}

  /** Whether the text has an escaped surrogate without its other half. */
  static boolean broken(byte[] json) {
    for (int at = 0; at < json.length - 1; at++) {
      if (json[at] != '\\') {
        continue;
      }
      int half = half(json, at);
      if (half == 0) {
        at++;
      } else if (half == 'L' || half(json, at + ESCAPE) != 'L') {
        return true;
      } else {
        at += 2 * ESCAPE - 1;
      }
    }
    return false;
  }

  /** 'H' or 'L' when a high or a low surrogate is escaped here, else 0. */
  private static int half(byte[] json, int at) {
    boolean escaped =
        at + 3 < json.length
            && json[at] == '\\'
            && json[at + 1] == 'u'
            && (json[at + 2] | 0x20) == 'd';
    if (!escaped) {
      return 0;
    }
    return switch (json[at + 3] | 0x20) {
      case '8', '9', 'a', 'b' -> 'H';
      case 'c', 'd', 'e', 'f' -> 'L';
      default -> 0;
    };
  }
}
