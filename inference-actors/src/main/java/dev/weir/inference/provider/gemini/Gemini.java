package dev.weir.inference.provider.gemini;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.ProviderFactory;
import dev.weir.inference.provider.http.StreamingHttp;
import dev.weir.inference.provider.upstream.Dialect;
import dev.weir.inference.provider.upstream.EventProvider;
import dev.weir.inference.provider.upstream.EventReader;
import dev.weir.inference.provider.upstream.Idempotency;
import dev.weir.inference.provider.upstream.Line;
import dev.weir.inference.provider.upstream.VectorExchange;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;

/** Makes providers of upstreams that speak Google's Gemini API. Thread safe. */
public final class Gemini implements ProviderFactory {

  private final StreamingHttp http;

  public Gemini(StreamingHttp http) {
    this.http = http;
  }

  @Override
  public Set<String> options(Deployment deployment) {
    return Set.of("base-url", "api-key", "thinking", "idempotency-header");
  }

  @Override
  public Provider create(Deployment deployment) {
    GeminiSettings settings = GeminiSettings.from(deployment);
    return new EventProvider(
            http,
            settings.endpoint(),
            Idempotency.from(deployment, ""),
            new Contents(new ContentRequest(settings)),
            new Line(http, settings.models(), GeminiError.WORDS::refusal, found -> ""))
        .with(new VectorExchange(http, settings.embeddings(), new BatchEmbed(settings.model())));
  }

  private record Contents(ContentRequest requests) implements Dialect {

    @Override
    public byte[] body(ModelCall call) {
      return requests.body(call);
    }

    @Override
    public EventReader reader(ModelCall call, Queue<Delta> deltas) {
      return new ContentChunks(new Calls(call, deltas), deltas);
    }

    @Override
    public WeirError refusal(int status, Duration retryAfter, byte[] body) {
      return GeminiError.WORDS.refusal(status, retryAfter, body);
    }
  }
}
