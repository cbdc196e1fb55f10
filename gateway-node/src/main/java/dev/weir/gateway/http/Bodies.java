package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/** Reads request bodies, whatever their content type says, up to {@code weir.http.max-body}. */
final class Bodies {

  private static final Duration WITHIN = Duration.ofSeconds(60);

  /**
   * How many times the limit is read of a body that is too large: a client that is cut off while it
   * sends may never see why.
   */
  private static final long DRAINED = 4;

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
    if (request.entity() instanceof HttpEntity.Strict strict) {
      return CompletableFuture.completedFuture(strict.getData())
          .thenApply(data -> fitting(data.size(), data));
    }
    Gathered gathered = new Gathered();
    return request
        .entity()
        .withoutSizeLimit()
        .getDataBytes()
        .takeWhile(part -> gathered.size <= DRAINED * maxBody, true)
        .completionTimeout(WITHIN)
        .runForeach(part -> gathered.add(part, maxBody), system)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                throw unreadable().asException();
              }
              return fitting(gathered.size, gathered.bytes.result());
            });
  }

  /** What has come of a body. Beyond the limit it is only counted. */
  private static final class Gathered {
    private final ByteStringBuilder bytes = ByteString.createBuilder();
    private long size;

    void add(ByteString part, long most) {
      size += part.size();
      if (size > most) {
        bytes.clear();
      } else {
        bytes.append(part);
      }
    }
  }

  private byte[] fitting(long size, ByteString data) {
    if (size > maxBody) {
      throw new WeirError.TooLarge(
              "body_too_large",
              "The body is larger than %d bytes, the limit weir.http.max-body.".formatted(maxBody))
          .asException();
    }
    return data.toArrayUnsafe();
  }

  private static WeirError unreadable() {
    return new WeirError.InvalidRequest(
        "body_unreadable", "The body did not arrive in full.", null);
  }
}
