package dev.weir.inference.provider.openai;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import java.net.URI;
import java.time.Duration;

/**
 * How to speak to one upstream.
 *
 * @param endpoint where chat completions are posted
 * @param apiKey empty for none
 * @param maxTokensField the upstream's name for the output cap
 * @param includeUsage whether to ask for usage in the stream; some old servers refuse that
 */
public record OpenAiSettings(
    URI endpoint,
    String apiKey,
    String model,
    String maxTokensField,
    boolean includeUsage,
    Duration connectTimeout) {

  /** Reads a deployment's options: {@code base-url} is needed, the rest has defaults. */
  static OpenAiSettings from(Deployment deployment) {
    Config options = deployment.options();
    String key = deployment.key("base-url");
    URI endpoint = endpoint(key, Keys.or(options, "base-url", options::getString, ""));
    return new OpenAiSettings(
        endpoint,
        Keys.or(options, "api-key", options::getString, "").strip(),
        deployment.upstreamModel(),
        Keys.or(options, "max-tokens-field", options::getString, maxTokensField(endpoint)),
        Keys.or(options, "include-usage", options::getBoolean, true),
        deployment.timeouts().connect());
  }

  private static URI endpoint(String key, String baseUrl) {
    String remedy = "write an http or https URL such as http://127.0.0.1:8000/v1";
    try {
      URI uri = URI.create(baseUrl.replaceAll("/+$", "") + "/chat/completions");
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      boolean https = "https".equalsIgnoreCase(uri.getScheme());
      Keys.check((http || https) && uri.getHost() != null, key, baseUrl, remedy);
      return uri;
    } catch (IllegalArgumentException noUrl) {
      throw Keys.refusal(key, baseUrl, remedy);
    }
  }

  /** OpenAI's own newer models refuse {@code max_tokens}; other servers may know nothing else. */
  private static String maxTokensField(URI endpoint) {
    return endpoint.getHost().endsWith("api.openai.com") ? "max_completion_tokens" : "max_tokens";
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OpenAiSettings[" + endpoint + ", " + model + "]";
  }
}
