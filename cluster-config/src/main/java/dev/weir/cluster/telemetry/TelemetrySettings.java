package dev.weir.cluster.telemetry;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.config.Keys;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * What a node tells about its work, and to whom.
 *
 * @param interval how old the numbers may be
 * @param sampling the share of requests whose spans are recorded, 0 to 1
 * @param kamon laid over everything Weir tells Kamon
 */
public record TelemetrySettings(
    boolean prometheus, Duration interval, Otlp otlp, double sampling, Config kamon) {

  private static final Set<String> PROTOCOLS = Set.of("http/protobuf", "grpc");

  public TelemetrySettings {
    Keys.check(interval.toMillis() >= 100, "weir.telemetry.interval", interval, "at least 100 ms");
    Keys.check(
        sampling >= 0 && sampling <= 1, "weir.telemetry.sampling", sampling, "from 0.0 to 1.0");
  }

  /**
   * Where spans go.
   *
   * @param endpoint base URL; empty for nowhere
   * @param headers {@code name=value,…}; may hold a key
   */
  public record Otlp(
      String endpoint, String protocol, String headers, Duration timeout, Duration interval) {

    public Otlp {
      Keys.check(
          endpoint.isEmpty() || isUrl(endpoint),
          "weir.telemetry.otlp.endpoint",
          endpoint,
          "a URL such as http://localhost:4318, or empty for off");
      Keys.check(
          PROTOCOLS.contains(protocol),
          "weir.telemetry.otlp.protocol",
          protocol,
          "http/protobuf or grpc");
      Keys.check(
          interval.toMillis() >= 100, "weir.telemetry.otlp.interval", interval, "at least 100 ms");
    }

    boolean on() {
      return !endpoint.isEmpty();
    }

    /** Without the headers, which may hold a key. */
    @Override
    public String toString() {
      return "Otlp[" + endpoint + ", " + protocol + "]";
    }

    private static boolean isUrl(String text) {
      try {
        URI url = URI.create(text);
        return url.getHost() != null && Set.of("http", "https").contains(url.getScheme());
      } catch (IllegalArgumentException malformed) {
        return false;
      }
    }
  }

  /** Reads {@code weir.telemetry} of the whole configuration. */
  public static TelemetrySettings from(Config config) {
    Config telemetry = config.getConfig("weir.telemetry");
    Config otlp = telemetry.getConfig("otlp");
    return new TelemetrySettings(
        telemetry.getBoolean("prometheus"),
        telemetry.getDuration("interval"),
        new Otlp(
            otlp.getString("endpoint").strip(),
            otlp.getString("protocol"),
            otlp.getString("headers"),
            otlp.getDuration("timeout"),
            otlp.getDuration("interval")),
        telemetry.getDouble("sampling"),
        telemetry.hasPath("kamon")
            ? telemetry.getConfig("kamon").atKey("kamon")
            : ConfigFactory.empty());
  }
}
