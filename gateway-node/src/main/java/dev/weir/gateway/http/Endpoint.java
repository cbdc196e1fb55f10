package dev.weir.gateway.http;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One thing this server serves.
 *
 * @param open whether it is answered to anybody, key or not
 */
record Endpoint(HttpMethod method, PathTemplate path, boolean open, Handler handler) {

  /** What answers. May throw or fail with a {@link dev.weir.cluster.error.WeirException}. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<HttpResponse> handle(RequestContext context);
  }

  static Endpoint of(HttpMethod method, String path, Handler handler) {
    return new Endpoint(method, PathTemplate.of(path), false, handler);
  }

  /** For what tells nothing of anybody. */
  static Endpoint open(HttpMethod method, String path, Handler handler) {
    return new Endpoint(method, PathTemplate.of(path), true, handler);
  }
}
