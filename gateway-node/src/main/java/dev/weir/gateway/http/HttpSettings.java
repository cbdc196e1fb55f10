package dev.weir.gateway.http;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How this node listens.
 *
 * @param port 0 for any free port
 * @param maxBody the largest request body, in bytes
 * @param keepAlive how often a silent stream carries a comment or ping
 * @param admissionWait how long the status line waits for a refusal
 * @param socketLifetime how long a WebSocket may be open
 * @param cors origins that browsers may call from; {@code *} for any
 */
public record HttpSettings(
    String host,
    int port,
    long maxBody,
    Duration keepAlive,
    Duration admissionWait,
    Duration socketLifetime,
    List<String> cors) {

  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

  private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]");

  public HttpSettings {
    cors = List.copyOf(cors);
    Keys.check(port >= 0 && port <= 65_535, "weir.http.port", port, "0 to 65535");
    Keys.check(maxBody > 0, "weir.http.max-body", maxBody, "at least 1 byte");
    Keys.check(!keepAlive.isZero(), "weir.http.keep-alive", keepAlive, "longer than 0");
    Keys.check(
        !socketLifetime.isNegative() && !socketLifetime.isZero(),
        "weir.http.socket-lifetime",
        socketLifetime,
        "longer than 0");
  }

  /** Reads {@code weir.http}. */
  public static HttpSettings from(Config weir) {
    Config http = weir.getConfig("http");
    return new HttpSettings(
        http.getString("host"),
        http.getInt("port"),
        http.getBytes("max-body"),
        http.getDuration("keep-alive"),
        http.getDuration("admission-wait"),
        http.getDuration("socket-lifetime"),
        http.getStringList("cors"));
  }

  public boolean isLoopback() {
    return isLoopback(host);
  }

  /** How a client on this machine reaches a server that listens at {@code host}. */
  public static String url(String host, int port) {
    String at = ANY.contains(host) ? "127.0.0.1" : host;
    return "http://" + (at.contains(":") && !at.startsWith("[") ? "[" + at + "]" : at) + ":" + port;
  }

  /** Whether it is a name or address of this machine alone; a name that begins so is not. */
  public static boolean isLoopback(String host) {
    return LOOPBACK.contains(host) || host.matches("127(\\.\\d{1,3}){3}");
  }
}
