package dev.weir.inference.provider.anthropic;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Continuation;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.upstream.Endpoint;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to speak to one upstream.
 *
 * @param promptCache whether to mark what the upstream shall keep for the next call
 */
record AnthropicSettings(Endpoint endpoint, String model, Thinking thinking, boolean promptCache) {

  private static final String SERVICE = "https://api.anthropic.com";
  private static final String VERSION = "2023-06-01";

  /** Reads a deployment's options, all of which have defaults. */
  static AnthropicSettings from(Deployment deployment) {
    deployment.continuesOnly(Continuation.ASSISTANT);
    String base = Endpoint.baseUrl(deployment, SERVICE, SERVICE);
    String key = Endpoint.apiKey(deployment);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("anthropic-version", VERSION);
    if (!key.isEmpty()) {
      headers.put("x-api-key", key);
    }
    return new AnthropicSettings(
        new Endpoint(
            URI.create(base.endsWith("/v1") ? base + "/messages" : base + "/v1/messages"),
            headers,
            deployment.timeouts().connect()),
        deployment.upstreamModel(),
        Thinking.from(deployment),
        Keys.or(deployment.options(), "prompt-cache", deployment.options()::getBoolean, true));
  }
}
