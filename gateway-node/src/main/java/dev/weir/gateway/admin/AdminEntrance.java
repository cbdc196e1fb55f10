package dev.weir.gateway.admin;

import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.http.Strangers;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** Lets operators in and nobody else, and makes answers of failures. */
final class AdminEntrance {

  private static final String SCHEME = "Bearer ";
  private static final long MAX_BODY = 1 << 20;
  private static final long BODY_WITHIN_MILLIS = 10_000;

  private final Strangers strangers = new Strangers();
  private final ActorSystem<?> system;
  private final AdminSettings settings;

  AdminEntrance(ActorSystem<?> system, AdminSettings settings) {
    this.system = system;
    this.settings = settings;
  }

  /** Handles a request whose body does not matter. */
  Route handle(Supplier<CompletionStage<HttpResponse>> handler) {
    return Directives.extractRequest(
        request ->
            answer(
                request,
                () -> {
                  request.discardEntityBytes(system);
                  return handler.get();
                }));
  }

  /** Handles a request with a JSON object as its body. */
  Route handleJson(Function<Fields, CompletionStage<HttpResponse>> handler) {
    return Directives.extractRequest(
        request ->
            answer(
                request,
                () ->
                    request
                        .entity()
                        .withSizeLimit(MAX_BODY)
                        .toStrict(BODY_WITHIN_MILLIS, system)
                        .thenCompose(
                            strict ->
                                handler.apply(
                                    Fields.of(
                                        Json.readObject(strict.getData().toArrayUnsafe()))))));
  }

  /** Handles a request with its body as it came. */
  Route handleText(BiFunction<HttpRequest, String, CompletionStage<HttpResponse>> handler) {
    return Directives.extractRequest(
        request ->
            answer(
                request,
                () ->
                    request
                        .entity()
                        .withSizeLimit(MAX_BODY)
                        .toStrict(BODY_WITHIN_MILLIS, system)
                        .thenCompose(
                            strict -> handler.apply(request, strict.getData().utf8String()))));
  }

  private Route answer(HttpRequest request, Supplier<CompletionStage<HttpResponse>> handler) {
    return Directives.completeWithFuture(
        begin(request, handler)
            .exceptionally(failure -> Answers.failure(failure, TraceContext.NONE)));
  }

  private CompletionStage<HttpResponse> begin(
      HttpRequest request, Supplier<CompletionStage<HttpResponse>> handler) {
    try {
      admit(request);
      return handler.get();
    } catch (RuntimeException refused) {
      request.discardEntityBytes(system);
      return CompletableFuture.failedFuture(refused);
    }
  }

  private void admit(HttpRequest request) {
    if (settings.key().isBlank()) {
      strangers.refuse(request);
      return;
    }
    String given = request.getHeader("Authorization").map(header -> header.value()).orElse("");
    if (!same(given, SCHEME + settings.key())) {
      throw new WeirError.Unauthorized(
              "invalid_admin_key",
              "Send the admin key (weir.admin.key) as 'Authorization: Bearer <key>'.")
          .asException();
    }
  }

  /** Takes equally long wherever the two differ. */
  private static boolean same(String given, String expected) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
  }
}
