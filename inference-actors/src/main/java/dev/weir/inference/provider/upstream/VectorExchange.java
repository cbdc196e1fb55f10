package dev.weir.inference.provider.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.weir.cluster.error.WeirException;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.Embedder;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The embedder of an upstream that answers a POST with JSON. Thread safe. */
public final class VectorExchange implements Embedder {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /** No answer has more bytes for one input, whatever the upstream. */
  private static final long MOST_PER_INPUT = 2_000_000;

  private final StreamingHttp http;
  private final Endpoint endpoint;
  private final Map<String, String> headers;
  private final VectorDialect dialect;

  public VectorExchange(StreamingHttp http, Endpoint endpoint, VectorDialect dialect) {
    this.http = http;
    this.endpoint = endpoint;
    Map<String, String> all = new LinkedHashMap<>(endpoint.headers());
    all.put("Accept", "application/json");
    this.headers = Map.copyOf(all);
    this.dialect = dialect;
  }

  @Override
  public Source<Vectors, NotUsed> embed(EmbedCall call) {
    HttpCall post =
        HttpCall.post(
            endpoint.uri(),
            headers,
            dialect.body(call),
            endpoint.connectTimeout(),
            dialect::refusal);
    long most = Math.min(Integer.MAX_VALUE / 2, MOST_PER_INPUT * call.inputs().size());
    return http.exchange(post)
        .limitWeighted(most, bytes -> (long) bytes.size())
        .mapError(
            org.apache.pekko.stream.StreamLimitReachedException.class,
            endless -> UpstreamError.malformed().asException())
        .fold(new ByteArrayOutputStream(8192), VectorExchange::append)
        .map(whole -> read(call, whole.toByteArray()));
  }

  private static ByteArrayOutputStream append(ByteArrayOutputStream whole, ByteString bytes) {
    whole.writeBytes(bytes.toArrayUnsafe());
    return whole;
  }

  private Vectors read(EmbedCall call, byte[] body) {
    VectorReader vectors = new VectorReader(call);
    try (JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      dialect.read(json, vectors);
    } catch (WeirException told) {
      throw told;
    } catch (IOException | RuntimeException noVectors) {
      throw UpstreamError.malformed().asException();
    }
    return vectors.vectors();
  }
}
