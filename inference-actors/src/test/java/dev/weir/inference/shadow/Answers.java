package dev.weir.inference.shadow;

import dev.weir.inference.item.Usage;
import java.time.Duration;

/** Answers to compare. */
public final class Answers {

  private Answers() {}

  /** One that came to its end. */
  public static Answer saying(String text) {
    return answer("", text, "");
  }

  public static Answer failing(String code) {
    return answer(code, "Half", "");
  }

  static Answer calling(String calls) {
    return answer("", "", calls);
  }

  private static Answer answer(String code, String text, String calls) {
    return new Answer(
        code,
        text,
        calls,
        text.length() + calls.length(),
        new Usage(3, 0, text.length(), 0),
        Duration.ofMillis(10),
        Duration.ofMillis(30),
        text.length() * 2L);
  }
}
