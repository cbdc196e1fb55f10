package dev.weir.cluster.id;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Makes identifiers of 26 lower-case characters that sort by the time of their making: 48 bits of
 * milliseconds, then 80 random bits, in Crockford's base 32 (the ULID specification).
 *
 * <p>As thread safe as the generator it is given.
 */
public final class Ulid {

  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();

  private final InstantSource clock;
  private final RandomGenerator random;

  public Ulid(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  public String next() {
    char[] text = new char[26];
    write(text, 0, 10, clock.millis());
    write(text, 10, 8, random.nextLong());
    write(text, 18, 8, random.nextLong());
    return new String(text);
  }

  private static void write(char[] target, int offset, int length, long bits) {
    for (int at = offset + length - 1; at >= offset; at--) {
      target[at] = ALPHABET[(int) (bits & 31)];
      bits >>>= 5;
    }
  }
}
