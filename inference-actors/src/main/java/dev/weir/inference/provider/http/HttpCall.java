package dev.weir.inference.provider.http;

import dev.weir.cluster.error.WeirError;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/**
 * One request, written out, and how to deal with its failure.
 *
 * @param connectTimeout for name, TCP and TLS together
 * @param refusals translates an answer that is no success
 */
public record HttpCall(
    Origin origin, ByteString bytes, Duration connectTimeout, Refusals refusals) {

  /** Where a connection goes. */
  public record Origin(boolean tls, String host, int port) {

    /** The origin of an http or https URI. */
    public static Origin of(URI uri) {
      boolean tls = "https".equalsIgnoreCase(uri.getScheme());
      return new Origin(tls, uri.getHost(), uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80);
    }
  }

  /** Translates an answer whose status is no success. */
  @FunctionalInterface
  public interface Refusals {
    /**
     * The error a client shall see.
     *
     * @param retryAfter what the upstream asks for; zero when it does not
     * @param body at most the first 64 KiB
     */
    WeirError translate(int status, Duration retryAfter, byte[] body);
  }

  /** A POST of {@code body}; {@code headers} are checked to hold no line break. */
  public static HttpCall post(
      URI uri,
      Map<String, String> headers,
      byte[] body,
      Duration connectTimeout,
      Refusals refusals) {
    return of("POST", uri, headers, body, connectTimeout, refusals);
  }

  /** The same with any method. */
  public static HttpCall of(
      String method,
      URI uri,
      Map<String, String> headers,
      byte[] body,
      Duration connectTimeout,
      Refusals refusals) {
    StringBuilder head = head(method, uri, headers);
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    byte[] first = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    byte[] bytes = new byte[first.length + body.length];
    System.arraycopy(first, 0, bytes, 0, first.length);
    System.arraycopy(body, 0, bytes, first.length, body.length);
    return new HttpCall(
        Origin.of(uri), ByteString.fromArrayUnsafe(bytes), connectTimeout, refusals);
  }

  /** A GET; {@code headers} are checked to hold no line break. */
  public static HttpCall get(
      URI uri, Map<String, String> headers, Duration connectTimeout, Refusals refusals) {
    byte[] bytes =
        head("GET", uri, headers).append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    return new HttpCall(
        Origin.of(uri), ByteString.fromArrayUnsafe(bytes), connectTimeout, refusals);
  }

  private static StringBuilder head(String method, URI uri, Map<String, String> headers) {
    StringBuilder head = new StringBuilder(256);
    String query = uri.getRawQuery();
    head.append(method).append(' ').append(uri.getRawPath());
    head.append(query == null ? "" : "?" + query);
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getHost());
    head.append(uri.getPort() >= 0 ? ":" + uri.getPort() : "").append("\r\n");
    headers.forEach((name, value) -> header(head, name, value));
    return head;
  }

  private static void header(StringBuilder head, String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("Header " + name + " holds a line break.");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
