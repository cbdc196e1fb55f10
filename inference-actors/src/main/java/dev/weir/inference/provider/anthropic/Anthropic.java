package dev.weir.inference.provider.anthropic;

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
import dev.weir.inference.provider.upstream.EventProvider;
import dev.weir.inference.provider.upstream.EventReader;
import dev.weir.inference.provider.upstream.Idempotency;
import dev.weir.inference.provider.upstream.Line;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;

/** Makes providers of upstreams that speak Anthropic's Messages API. Thread safe. */
public final class Anthropic implements ProviderFactory {

  private final StreamingHttp http;

  public Anthropic(StreamingHttp http) {
    this.http = http;
  }

  @Override
  public Set<String> options(Deployment deployment) {
    return Set.of("base-url", "api-key", "thinking", "prompt-cache", "idempotency-header");
  }

  @Override
  public Provider create(Deployment deployment) {
    AnthropicSettings settings = AnthropicSettings.from(deployment);
    Together.from(deployment).only(deployment, Together.By.BATCHES);
    MessagesRequest requests = new MessagesRequest(settings);
    return BatchExchange.beside(
        new EventProvider(
            http,
            settings.endpoint(),
            Idempotency.from(deployment, ""),
            new Messages(requests),
            new Line(http, settings.models(), AnthropicError.WORDS::refusal, found -> "")),
        deployment,
        new BatchHttp(
            http,
            settings.endpoint(),
            deployment.timeouts().betweenTokens(),
            AnthropicError.WORDS::refusal),
        asking -> new MessageBatches(settings.endpoint().uri(), requests, asking));
  }

  private record Messages(MessagesRequest requests) implements Dialect {

    @Override
    public byte[] body(ModelCall call) {
      return requests.body(call);
    }

    @Override
    public EventReader reader(ModelCall call, Queue<Delta> deltas) {
      return new MessageEvents(deltas);
    }

    @Override
    public WeirError refusal(int status, Duration retryAfter, byte[] body) {
      return AnthropicError.WORDS.refusal(status, retryAfter, body);
    }
  }
}
