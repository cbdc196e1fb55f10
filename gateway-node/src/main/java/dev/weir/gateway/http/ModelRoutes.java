package dev.weir.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.Json;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import dev.weir.orchestrator.pipeline.Pipeline;
import dev.weir.orchestrator.pipeline.Pipelines;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/models}: the models of the catalog, and every pipeline as one. */
final class ModelRoutes {

  private final Catalog catalog;
  private final Pipelines pipelines;
  private final Instant startedAt;

  ModelRoutes(Catalog catalog, Pipelines pipelines, Instant startedAt) {
    this.catalog = catalog;
    this.pipelines = pipelines;
    this.startedAt = startedAt;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.GET, "/v1/models", bodies.none(context -> list())),
        Endpoint.of(
            HttpMethods.GET,
            "/v1/models/{model*}",
            bodies.none(context -> one(context.part("model")))));
  }

  private CompletionStage<HttpResponse> list() {
    return CompletableFuture.completedFuture(
        Answers.json(
            Json.write(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("object", "list");
                  json.writeArrayFieldStart("data");
                  for (Model model : catalog.models()) {
                    write(json, model.name());
                  }
                  for (Pipeline pipeline : pipelines.all()) {
                    write(json, pipeline.description().model());
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                })));
  }

  private CompletionStage<HttpResponse> one(String name) {
    if (catalog.model(name).isEmpty() && pipelines.model(name).isEmpty()) {
      throw new WeirError.NotFound("model_not_found", "No model '" + name + "'.").asException();
    }
    return CompletableFuture.completedFuture(Answers.json(Json.write(json -> write(json, name))));
  }

  private void write(JsonGenerator json, String model) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", model);
    json.writeStringField("object", "model");
    json.writeNumberField("created", startedAt.getEpochSecond());
    json.writeStringField("owned_by", "weir");
    json.writeEndObject();
  }
}
