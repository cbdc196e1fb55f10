package dev.weir.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.util.ByteString;

/** What a node tells anybody about itself: whether it is well, and what it serves. */
final class NodeRoutes {

  private static final ByteString DOCUMENT = document();

  private final BooleanSupplier ready;

  NodeRoutes(BooleanSupplier ready) {
    this.ready = ready;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.open(
            HttpMethods.GET, "/health/live", bodies.none(context -> text(StatusCodes.OK, "ok"))),
        Endpoint.open(HttpMethods.GET, "/health/ready", bodies.none(context -> readiness())),
        Endpoint.open(
            HttpMethods.GET,
            "/metrics",
            bodies.none(context -> CompletableFuture.completedFuture(MetricsPage.answer()))));
  }

  /** What a gateway serves. */
  static Endpoint document(Bodies bodies) {
    return Endpoint.open(
        HttpMethods.GET,
        "/openapi.json",
        bodies.none(context -> CompletableFuture.completedFuture(Answers.json(DOCUMENT))));
  }

  private CompletionStage<HttpResponse> readiness() {
    return ready.getAsBoolean()
        ? text(StatusCodes.OK, "ready")
        : text(StatusCodes.SERVICE_UNAVAILABLE, "not ready");
  }

  private static CompletionStage<HttpResponse> text(StatusCode status, String word) {
    return CompletableFuture.completedFuture(
        HttpResponse.create().withStatus(status).withEntity(word + "\n"));
  }

  private static ByteString document() {
    try (InputStream file =
        Objects.requireNonNull(
            NodeRoutes.class.getResourceAsStream("/openapi.json"), "openapi.json")) {
      return ByteString.fromArrayUnsafe(file.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
