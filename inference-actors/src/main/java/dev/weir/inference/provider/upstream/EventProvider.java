package dev.weir.inference.provider.upstream;

import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Provider;
import dev.weir.inference.provider.Terms;
import dev.weir.inference.provider.Upstream;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The provider of an upstream that answers a POST with server-sent events. Thread safe. */
public final class EventProvider implements Provider {

  private final StreamingHttp http;
  private final Endpoint endpoint;
  private final Map<String, String> headers;
  private final Idempotency idempotency;
  private final Dialect dialect;
  private final Upstream upstream;

  public EventProvider(
      StreamingHttp http,
      Endpoint endpoint,
      Idempotency idempotency,
      Dialect dialect,
      Upstream upstream) {
    this.http = http;
    this.endpoint = endpoint;
    this.headers = endpoint.headers();
    this.idempotency = idempotency;
    this.dialect = dialect;
    this.upstream = upstream;
  }

  @Override
  public Optional<Upstream> upstream() {
    return Optional.of(upstream);
  }

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call) {
    return generate(call, Terms.NONE);
  }

  @Override
  public Source<Delta, NotUsed> generate(ModelCall call, Terms terms) {
    try {
      byte[] body = dialect.body(call);
      HttpCall post =
          HttpCall.post(
              endpoint.uri(),
              idempotency.with(headers, terms, body),
              body,
              endpoint.connectTimeout(),
              dialect::refusal);
      return http.exchange(post)
          .via(new EventStage(deltas -> dialect.reader(call, deltas), call.maxOutputTokens()));
    } catch (WeirException unspeakable) {
      return Source.failed(unspeakable);
    }
  }
}
