package dev.weir.cluster.telemetry;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Where a request stands in its trace, in the form of the W3C {@code traceparent} header. It
 * travels inside messages: streams and actors lose whatever a thread would carry.
 *
 * @param traceId 32 lower-case hexadecimal digits
 * @param spanId 16 lower-case hexadecimal digits, the parent of whatever happens next
 */
public record TraceContext(String traceId, String spanId, boolean sampled) {

  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  /** Starts a new, sampled trace. */
  public static TraceContext root(RandomGenerator random) {
    HexFormat hex = HexFormat.of();
    return new TraceContext(
        hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()),
        hex.toHexDigits(random.nextLong()),
        true);
  }

  /** Reads a {@code traceparent} header; empty when it is not one. */
  public static Optional<TraceContext> parse(String traceparent) {
    var matcher = TRACEPARENT.matcher(traceparent);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(matcher.group(3), 16) & 1) == 1;
    return Optional.of(new TraceContext(matcher.group(1), matcher.group(2), sampled));
  }

  /** The header's value. */
  public String traceparent() {
    return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }
}
