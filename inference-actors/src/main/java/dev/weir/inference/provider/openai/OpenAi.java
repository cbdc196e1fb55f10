package dev.weir.inference.provider.openai;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Together;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.BatchExchange;
import dev.weir.inference.provider.upstream.BatchHttp;
import dev.weir.inference.provider.upstream.Dialect;
import dev.weir.inference.provider.upstream.Endpoint;
import dev.weir.inference.provider.upstream.EventProvider;
import dev.weir.inference.provider.upstream.EventReader;
import dev.weir.inference.provider.upstream.Idempotency;
import dev.weir.inference.provider.upstream.Line;
import dev.weir.inference.provider.upstream.VectorExchange;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * Makes providers of upstreams that speak OpenAI's chat completions and embeddings. Thread safe.
 */
public final class OpenAi implements ProviderFactory {

  private final StreamingHttp http;

  public OpenAi(StreamingHttp http) {
    this.http = http;
  }

  @Override
  public Set<String> options(Deployment deployment) {
    return Set.of("base-url", "api-key", "max-tokens-field", "include-usage", "idempotency-header");
  }

  @Override
  public Provider create(Deployment deployment) {
    OpenAiSettings settings = OpenAiSettings.from(deployment);
    Map<String, String> credentials =
        settings.apiKey().isEmpty()
            ? Map.of()
            : Map.of("Authorization", "Bearer " + settings.apiKey());
    Endpoint endpoint = new Endpoint(settings.endpoint(), credentials, settings.connectTimeout());
    ChatRequest requests = new ChatRequest(settings);
    Provider provider =
        new EventProvider(
                http,
                endpoint,
                Idempotency.from(deployment, "Idempotency-Key"),
                new Chat(requests),
                new Line(
                    http,
                    new Endpoint(settings.models(), credentials, settings.connectTimeout()),
                    ModelList::refusal,
                    body -> ModelList.note(settings.model(), body)))
            .with(
                new VectorExchange(
                    http,
                    new Endpoint(settings.embeddings(), credentials, settings.connectTimeout()),
                    new EmbeddingsCall(settings.model(), settings.isOpenAisOwn())));
    Together together = Together.from(deployment);
    if (together.isOn() && together.by() == Together.By.PROMPTS) {
      BatchHttp asking =
          new BatchHttp(http, endpoint, deployment.timeouts().whole(), ChatError.WORDS::refusal);
      return provider.joined(
          new Prompts(settings.base().resolve("completions"), settings.model(), asking));
    }
    return BatchExchange.beside(
        provider,
        deployment,
        new BatchHttp(
            http, endpoint, deployment.timeouts().betweenTokens(), ChatError.WORDS::refusal),
        asking -> new ChatBatches(settings.base(), requests, asking));
  }

  private record Chat(ChatRequest requests) implements Dialect {

    @Override
    public byte[] body(ModelCall call) {
      return requests.body(call);
    }

    @Override
    public EventReader reader(ModelCall call, Queue<Delta> deltas) {
      return new ChatChunks(deltas);
    }

    @Override
    public WeirError refusal(int status, Duration retryAfter, byte[] body) {
      return ChatError.WORDS.refusal(status, retryAfter, body);
    }
  }
}
