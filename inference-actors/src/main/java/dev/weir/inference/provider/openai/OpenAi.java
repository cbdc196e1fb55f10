package dev.weir.inference.provider.openai;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** Makes providers of upstreams that speak OpenAI's chat completions. Thread safe. */
public final class OpenAi implements ProviderFactory {

  private final StreamingHttp http;

  public OpenAi(StreamingHttp http) {
    this.http = http;
  }

  @Override
  public Provider create(Deployment deployment) {
    OpenAiSettings settings = OpenAiSettings.from(deployment);
    ChatRequest requests = new ChatRequest(settings);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "text/event-stream");
    headers.put("User-Agent", "weir");
    if (!settings.apiKey().isEmpty()) {
      headers.put("Authorization", "Bearer " + settings.apiKey());
    }
    return call -> generate(settings, requests, headers, call);
  }

  private Source<Delta, NotUsed> generate(
      OpenAiSettings settings, ChatRequest requests, Map<String, String> headers, ModelCall call) {
    try {
      HttpCall post =
          HttpCall.post(
              settings.endpoint(),
              headers,
              requests.body(call),
              settings.connectTimeout(),
              (status, retryAfter, body) -> ChatError.of(status, body, retryAfter));
      return http.exchange(post).via(new ChatStage(call.maxOutputTokens()));
    } catch (WeirException unspeakable) {
      return Source.failed(unspeakable);
    }
  }
}
