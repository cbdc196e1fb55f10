package dev.weir.inference.provider.upstream;

import dev.weir.inference.provider.Upstream;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.HttpCall.Origin;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.StreamLimitReachedException;
import org.apache.pekko.stream.javadsl.Source;

/** The way to an upstream that tells of its models by a GET. Thread safe. */
public final class Line implements Upstream {

  /** No list of models is longer, in bytes. */
  private static final long MOST = 16_000_000;

  private final StreamingHttp http;
  private final Endpoint models;
  private final Origin origin;
  private final HttpCall get;
  private final Function<byte[], String> notes;

  /**
   * @param models where to ask
   * @param notes reads the answer, and tells what is odd about it
   */
  public Line(
      StreamingHttp http,
      Endpoint models,
      HttpCall.Refusals refusals,
      Function<byte[], String> notes) {
    this.http = http;
    this.models = models;
    this.origin = Origin.of(models.uri());
    this.notes = notes;
    Map<String, String> headers = new LinkedHashMap<>(models.credentials());
    headers.put("Accept", "application/json");
    headers.put("User-Agent", "weir");
    this.get = HttpCall.get(models.uri(), headers, models.connectTimeout(), refusals);
  }

  @Override
  public String origin() {
    return (origin.tls() ? "https://" : "http://") + origin.host() + ":" + origin.port();
  }

  @Override
  public CompletionStage<Done> keep(int connections) {
    return http.keep(origin, connections, models.connectTimeout());
  }

  @Override
  public int idle() {
    return http.idle(origin);
  }

  @Override
  public Source<String, NotUsed> probe() {
    return http.exchange(get)
        .limitWeighted(MOST, bytes -> (long) bytes.size())
        .mapError(
            StreamLimitReachedException.class, endless -> UpstreamError.malformed().asException())
        .fold(
            new ByteArrayOutputStream(),
            (all, bytes) -> {
              all.writeBytes(bytes.toArrayUnsafe());
              return all;
            })
        .map(all -> notes.apply(all.toByteArray()));
  }
}
