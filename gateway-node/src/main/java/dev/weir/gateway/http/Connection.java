package dev.weir.gateway.http;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Flow;

/** One client's connection, as far as its requests care: whether the client is still there. */
final class Connection {

  /** The next request is looked for while one is served, only to see that the client has gone. */
  private static final int PIPELINED = 2;

  private final Map<Object, CompletableFuture<Done>> waiting = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Serves every connection by {@code serve}, which must not fail. */
  static Flow<HttpRequest, HttpResponse, NotUsed> flow(
      BiFunction<HttpRequest, Connection, CompletionStage<HttpResponse>> serve) {
    return Flow.fromMaterializer(
            (materializer, attributes) -> {
              Connection connection = new Connection();
              return Flow.of(HttpRequest.class)
                  .watchTermination(
                      (used, done) -> {
                        done.whenComplete((end, failure) -> connection.close());
                        return used;
                      })
                  .mapAsync(PIPELINED, request -> serve.apply(request, connection));
            })
        .mapMaterializedValue(used -> NotUsed.getInstance());
  }

  /** Does {@code work}, which is told when the client has gone before it is done. */
  <T> CompletionStage<T> during(Function<CompletionStage<Done>, CompletionStage<T>> work) {
    Object key = new Object();
    CompletableFuture<Done> gone = new CompletableFuture<>();
    waiting.put(key, gone);
    if (closed) {
      gone.complete(Done.getInstance());
    }
    return work.apply(gone).whenComplete((done, failure) -> waiting.remove(key));
  }

  private void close() {
    closed = true;
    waiting.values().forEach(gone -> gone.complete(Done.getInstance()));
  }
}
