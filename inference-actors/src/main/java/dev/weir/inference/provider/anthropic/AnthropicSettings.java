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

  private static final String ANY = "*";
  private static final String SERVICE = "https://api.anthropic.com";
  private static final String VERSION = "2023-06-01";

  /** Where the model is told; of all models, where it may be any. */
  Endpoint models() {
    String at = endpoint.uri().toString().replaceFirst("/messages$", "/models");
    return endpoint.at(model.equals(ANY) ? at + "?limit=1" : at + "/" + Endpoint.encoded(model));
  }

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
    String at = base.endsWith("/v1") ? base : base + "/v1";
    return new AnthropicSettings(
        new Endpoint(URI.create(at + "/messages"), headers, deployment.timeouts().connect()),
        deployment.upstreamModel(),
        Thinking.from(deployment),
        Keys.or(deployment.options(), "prompt-cache", deployment.options()::getBoolean, true));
  }
}
