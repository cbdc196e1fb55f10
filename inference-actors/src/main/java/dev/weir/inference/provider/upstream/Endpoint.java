package dev.weir.inference.provider.upstream;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where calls are posted.
 *
 * @param credentials headers that hold the key; empty for none
 */
public record Endpoint(URI uri, Map<String, String> credentials, Duration connectTimeout) {

  public Endpoint {
    credentials = Map.copyOf(credentials);
  }

  /**
   * Reads {@code base-url} of a deployment.
   *
   * @param service what stands for a base-url that is absent or blank; empty where one is needed
   * @param example for the message
   * @return without a slash at its end
   * @throws com.typesafe.config.ConfigException when it is no http or https URL
   */
  public static String baseUrl(Deployment deployment, String service, String example) {
    String key = deployment.key("base-url");
    String given = text(deployment, "base-url");
    String url = (given.isBlank() ? service : given).strip().replaceAll("/+$", "");
    String remedy = "write an http or https URL such as " + example;
    try {
      URI uri = URI.create(url);
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      boolean https = "https".equalsIgnoreCase(uri.getScheme());
      Keys.check((http || https) && uri.getHost() != null, key, given, remedy);
      return url;
    } catch (IllegalArgumentException noUrl) {
      throw Keys.refusal(key, given, remedy);
    }
  }

  /** The deployment's {@code api-key}, empty for none. */
  public static String apiKey(Deployment deployment) {
    return text(deployment, "api-key").strip();
  }

  private static String text(Deployment deployment, String option) {
    return Keys.or(deployment.options(), option, deployment.options()::getString, "");
  }

  /** The same with another path. */
  public Endpoint at(String url) {
    return new Endpoint(URI.create(url), credentials, connectTimeout);
  }

  /** What stands for a model's name in a path: clients may choose it. */
  public static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** All headers of a call. */
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "text/event-stream");
    headers.put("User-Agent", "weir");
    headers.putAll(credentials);
    return headers;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Endpoint[" + uri + "]";
  }
}
