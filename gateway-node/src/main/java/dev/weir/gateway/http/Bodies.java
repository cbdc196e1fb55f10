package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.SystemMaterializer;

/** Reads request bodies, whatever their content type says, up to {@code weir.http.max-body}. */
final class Bodies {

  private static final long WITHIN_MILLIS = 60_000;

  private final ActorSystem<?> system;
  private final long maxBody;

  Bodies(ActorSystem<?> system, long maxBody) {
    this.system = system;
    this.maxBody = maxBody;
  }

  /** Answers from a body that is one JSON object. */
  interface JsonHandler {
    CompletionStage<HttpResponse> apply(RequestContext context, Fields body);
  }

  /** A handler that gets its body read. */
  Endpoint.Handler json(JsonHandler handler) {
    return context ->
        read(context.request())
            .thenCompose(body -> handler.apply(context, Fields.of(Json.readObject(body))));
  }

  /** A handler that wants no body. */
  Endpoint.Handler none(Endpoint.Handler handler) {
    return context -> {
      discard(context.request());
      return handler.handle(context);
    };
  }

  void discard(HttpRequest request) {
    request.discardEntityBytes(system);
  }

  private CompletionStage<byte[]> read(HttpRequest request) {
    return request
        .entity()
        .withSizeLimit(maxBody)
        .toStrict(WITHIN_MILLIS, maxBody, SystemMaterializer.get(system).materializer())
        .handle(
            (strict, failure) -> {
              if (failure == null) {
                return strict.getData().toArrayUnsafe();
              }
              throw unreadable(failure).asException();
            });
  }

  private WeirError unreadable(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof EntityStreamSizeException) {
        return new WeirError.TooLarge(
            "body_too_large",
            "The body is larger than %d bytes, the limit weir.http.max-body.".formatted(maxBody));
      }
    }
    return new WeirError.InvalidRequest(
        "body_unreadable", "The body did not arrive in full.", null);
  }
}
