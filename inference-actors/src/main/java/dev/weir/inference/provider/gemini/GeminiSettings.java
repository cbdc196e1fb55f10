package dev.weir.inference.provider.gemini;

import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.upstream.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How to speak to one model of one upstream.
 *
 * @param model with its collection
 * @param signed whether the model refuses calls of its own that come back without a signature
 */
record GeminiSettings(
    Endpoint endpoint, Endpoint embeddings, String model, Thinking thinking, boolean signed) {

  private static final String ANY = "*";
  private static final String SERVICE = "https://generativelanguage.googleapis.com";
  private static final Pattern VERSIONED = Pattern.compile(".*/v[0-9][a-z0-9]*");
  private static final Pattern COLLECTION = Pattern.compile("(models|tunedModels)/[^/]+");
  private static final Pattern BEFORE_3 =
      Pattern.compile("(models/|tunedModels/)?(gemini-[12]\\..*|gemini-pro.*|gemma-.*)");

  /** Reads a deployment's options, all of which have defaults. */
  static GeminiSettings from(Deployment deployment) {
    deployment.continuesOnly();
    String base = Endpoint.baseUrl(deployment, SERVICE, SERVICE);
    String key = Endpoint.apiKey(deployment);
    String model = deployment.upstreamModel();
    String at =
        (VERSIONED.matcher(base).matches() ? base : base + "/v1beta") + "/" + path(model) + ":";
    Map<String, String> credentials = key.isEmpty() ? Map.of() : Map.of("x-goog-api-key", key);
    Duration connect = deployment.timeouts().connect();
    return new GeminiSettings(
        new Endpoint(URI.create(at + "streamGenerateContent?alt=sse"), credentials, connect),
        new Endpoint(URI.create(at + "batchEmbedContents"), credentials, connect),
        COLLECTION.matcher(model).matches() ? model : "models/" + model,
        Thinking.from(deployment, isBefore3(model)),
        !isBefore3(model));
  }

  /** Where the model is told; of all models, where it may be any. */
  Endpoint models() {
    String at = endpoint.uri().toString();
    String model = at.substring(0, at.lastIndexOf(':'));
    return endpoint.at(
        model.endsWith("/" + ANY)
            ? model.substring(0, model.lastIndexOf('/')) + "?pageSize=1"
            : model);
  }

  /** Clients may choose the name, so that nothing of it may lead to another path. */
  private static String path(String model) {
    if (!COLLECTION.matcher(model).matches()) {
      return "models/" + Endpoint.encoded(model);
    }
    int slash = model.indexOf('/');
    return model.substring(0, slash + 1) + Endpoint.encoded(model.substring(slash + 1));
  }

  private static boolean isBefore3(String model) {
    return BEFORE_3.matcher(model).matches();
  }
}
