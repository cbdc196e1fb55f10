package dev.weir.gateway.http;

import static org.apache.pekko.http.javadsl.server.PathMatchers.remaining;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.Json;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /v1/models}. */
final class ModelRoutes {

  private final Entrance entrance;
  private final Catalog catalog;
  private final Instant startedAt;

  ModelRoutes(Entrance entrance, Catalog catalog, Instant startedAt) {
    this.entrance = entrance;
    this.catalog = catalog;
    this.startedAt = startedAt;
  }

  Route routes() {
    return Directives.get(
        () ->
            Directives.concat(
                Directives.pathEndOrSingleSlash(this::list),
                Directives.path(remaining(), this::one)));
  }

  private Route list() {
    return entrance.handle(
        context ->
            CompletableFuture.completedFuture(
                Answers.json(
                    Json.write(
                        json -> {
                          json.writeStartObject();
                          json.writeStringField("object", "list");
                          json.writeArrayFieldStart("data");
                          for (Model model : catalog.models()) {
                            write(json, model);
                          }
                          json.writeEndArray();
                          json.writeEndObject();
                        }))));
  }

  private Route one(String name) {
    return entrance.handle(
        context -> {
          Model model =
              catalog
                  .model(name)
                  .orElseThrow(
                      () ->
                          new WeirError.NotFound("model_not_found", "No model '" + name + "'.")
                              .asException());
          return CompletableFuture.completedFuture(
              Answers.json(Json.write(json -> write(json, model))));
        });
  }

  private void write(JsonGenerator json, Model model) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", model.name());
    json.writeStringField("object", "model");
    json.writeNumberField("created", startedAt.getEpochSecond());
    json.writeStringField("owned_by", "weir");
    json.writeEndObject();
  }
}
