package dev.weir.bench.client;

import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.http.HttpCall;
import dev.weir.inference.provider.http.StreamingHttp;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.ConnectHttp;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The ways to ask an upstream. */
enum Contender {
  /** What Weir uses. */
  WEIR {
    @Override
    Exchanges start(ActorSystem<?> system) {
      StreamingHttp http = StreamingHttp.start(tls());
      return new Exchanges() {
        @Override
        public Source<ByteString, NotUsed> exchange(InetSocketAddress upstream) {
          return http.exchange(
              HttpCall.post(
                  uri(upstream),
                  Map.of("Content-Type", "application/json"),
                  BODY.getBytes(StandardCharsets.UTF_8),
                  Duration.ofSeconds(5),
                  (status, retryAfter, body) -> UpstreamError.malformed()));
        }

        @Override
        public void close() {
          http.close();
        }
      };
    }
  },

  /** Pekko HTTP's pool, which uses connections again. */
  PEKKO_POOL {
    @Override
    Exchanges start(ActorSystem<?> system) {
      return upstream ->
          Source.lazySource(
                  () ->
                      Source.completionStage(Http.get(system).singleRequest(request(upstream)))
                          .flatMapConcat(answer -> answer.entity().getDataBytes()))
              .mapMaterializedValue(used -> NotUsed.getInstance());
    }
  },

  /** A Pekko HTTP connection for each exchange, which can be closed. */
  PEKKO_CONNECTION {
    @Override
    Exchanges start(ActorSystem<?> system) {
      return upstream ->
          Source.single(request(upstream))
              .via(
                  Http.get(system)
                      .outgoingConnection(
                          ConnectHttp.toHost(upstream.getHostString(), upstream.getPort())))
              .flatMapConcat(answer -> answer.entity().getDataBytes());
    }
  };

  private static final String BODY =
      "{\"model\":\"mock\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"How"
          + " deep?\"}]}";

  /** Makes exchanges, each a cold source of the answer's body. */
  @FunctionalInterface
  interface Exchanges extends AutoCloseable {
    Source<ByteString, NotUsed> exchange(InetSocketAddress upstream);

    @Override
    default void close() {}
  }

  abstract Exchanges start(ActorSystem<?> system);

  private static URI uri(InetSocketAddress upstream) {
    return URI.create("http://127.0.0.1:" + upstream.getPort() + "/v1/chat/completions");
  }

  private static HttpRequest request(InetSocketAddress upstream) {
    return HttpRequest.POST(uri(upstream).toString())
        .withEntity(ContentTypes.APPLICATION_JSON, BODY);
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
