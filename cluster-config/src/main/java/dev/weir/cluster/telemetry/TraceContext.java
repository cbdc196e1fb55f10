package dev.weir.cluster.telemetry;

import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Where a request stands in its trace, in the form of the W3C {@code traceparent} header. It
 * travels inside messages: streams and actors lose whatever a thread would carry.
 *
 * @param traceId 32 lower-case hexadecimal digits
 * @param spanId 16 lower-case hexadecimal digits, the parent of whatever happens next
 * @param requestId what the client calls the request; empty where nobody does
 */
public record TraceContext(String traceId, String spanId, boolean sampled, String requestId) {

  /** Of what belongs to no request. */
  public static final TraceContext NONE =
      new TraceContext("0".repeat(32), "0".repeat(16), false, "");

  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  /** {@code requestId} was added later: a node that does not know it sends none. */
  public TraceContext {
    requestId = Objects.requireNonNullElse(requestId, "");
  }

  public TraceContext(String traceId, String spanId, boolean sampled) {
    this(traceId, spanId, sampled, "");
  }

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
    if (!matcher.matches()
        || matcher.group(1).equals(NONE.traceId)
        || matcher.group(2).equals(NONE.spanId)) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(matcher.group(3), 16) & 1) == 1;
    return Optional.of(new TraceContext(matcher.group(1), matcher.group(2), sampled));
  }

  /** The same place, with the client's name for the request. */
  public TraceContext withRequestId(String id) {
    return new TraceContext(traceId, spanId, sampled, id);
  }

  /** The same trace, below another span. */
  TraceContext below(String span) {
    return new TraceContext(traceId, span, sampled, requestId);
  }

  /** The same trace, of which nothing is recorded. */
  TraceContext unsampled() {
    return new TraceContext(traceId, spanId, false, requestId);
  }

  /** The header's value. */
  public String traceparent() {
    return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }
}
