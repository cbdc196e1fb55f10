package dev.weir.inference.provider.openai;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.upstream.Endpoint;
import java.net.URI;
import java.time.Duration;

/**
 * How to speak to one upstream.
 *
 * @param endpoint where chat completions are posted
 * @param apiKey empty for none
 * @param maxTokensField the upstream's name for the output cap
 * @param includeUsage whether to ask for usage in the stream; some old servers refuse that
 * @param continuation how it is made to go on with an answer
 */
public record OpenAiSettings(
    URI endpoint,
    String apiKey,
    String model,
    String maxTokensField,
    boolean includeUsage,
    Continuation continuation,
    Duration connectTimeout) {

  private static final String SERVICE = "https://api.openai.com/v1";

  /**
   * Reads a deployment's options. Without {@code base-url} a deployment that has a key is OpenAI's
   * own.
   */
  static OpenAiSettings from(Deployment deployment) {
    Config options = deployment.options();
    String key = Endpoint.apiKey(deployment);
    String url =
        Endpoint.baseUrl(deployment, key.isEmpty() ? "" : SERVICE, "http://127.0.0.1:8000/v1");
    URI endpoint = URI.create(url + "/chat/completions");
    return new OpenAiSettings(
        endpoint,
        key,
        deployment.upstreamModel(),
        Keys.or(options, "max-tokens-field", options::getString, maxTokensField(endpoint)),
        Keys.or(options, "include-usage", options::getBoolean, true),
        deployment.continuation(),
        deployment.timeouts().connect());
  }

  /** Where embeddings are posted. */
  URI embeddings() {
    return endpoint.resolve("../embeddings");
  }

  /** Where models are listed. */
  URI models() {
    return endpoint.resolve("../models");
  }

  /** What everything else is beside, with a slash at its end. */
  URI base() {
    return endpoint.resolve("../");
  }

  boolean isOpenAisOwn() {
    return isOpenAisOwn(endpoint);
  }

  /** OpenAI's own newer models refuse {@code max_tokens}; other servers may know nothing else. */
  private static String maxTokensField(URI endpoint) {
    return isOpenAisOwn(endpoint) ? "max_completion_tokens" : "max_tokens";
  }

  private static boolean isOpenAisOwn(URI endpoint) {
    return endpoint.getHost().endsWith("api.openai.com");
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OpenAiSettings[" + endpoint + ", " + model + "]";
  }
}
