package dev.weir.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.caller.Offer;
import dev.weir.gateway.json.Json;
import dev.weir.orchestrator.response.Caller;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/models}: the models of the catalog, and every pipeline as one. */
final class ModelRoutes {

  private final Offer offer;
  private final Instant startedAt;

  ModelRoutes(Offer offer, Instant startedAt) {
    this.offer = offer;
    this.startedAt = startedAt;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.GET, "/v1/models", bodies.none(context -> list(context.caller()))),
        Endpoint.of(
            HttpMethods.GET,
            "/v1/models/{model*}",
            bodies.none(context -> one(context.caller(), context.part("model")))));
  }

  private CompletionStage<HttpResponse> list(Caller caller) {
    return CompletableFuture.completedFuture(
        Answers.json(
            Json.write(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("object", "list");
                  json.writeArrayFieldStart("data");
                  for (String model : offer.listed(caller)) {
                    write(json, model);
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                })));
  }

  private CompletionStage<HttpResponse> one(Caller caller, String name) {
    if (!offer.has(caller, name)) {
      throw new WeirError.NotFound("model_not_found", "No model '" + name + "'.").asException();
    }
    return CompletableFuture.completedFuture(Answers.json(Json.write(json -> write(json, name))));
  }

  private static void write(JsonGenerator json, Offer.Description description) throws IOException {
    json.writeObjectFieldStart("weir");
    json.writeNumberField("context_window", description.contextWindow());
    json.writeNumberField("max_output_tokens", description.maxOutput());
    Json.writeStrings(json, "regions", description.regions());
    Json.writeStrings(json, "tags", description.tags());
    json.writeEndObject();
  }

  private void write(JsonGenerator json, String model) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", model);
    json.writeStringField("object", "model");
    json.writeNumberField("created", startedAt.getEpochSecond());
    json.writeStringField("owned_by", "weir");
    Optional<Offer.Description> description = offer.describe(model);
    if (description.isPresent()) {
      write(json, description.get());
    }
    json.writeEndObject();
  }
}
