package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.json.Json;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.Model;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /admin/models}: each model's routes and fallbacks. */
final class Models {

  private Models() {}

  static CompletionStage<HttpResponse> answer(Catalog catalog) {
    return CompletableFuture.completedFuture(
        Answers.json(
            Json.write(
                json -> {
                  json.writeStartObject();
                  json.writeArrayFieldStart("models");
                  for (Model model : catalog.models()) {
                    write(json, model);
                  }
                  json.writeEndArray();
                  json.writeEndObject();
                })));
  }

  private static void write(JsonGenerator json, Model model) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", model.name());
    json.writeArrayFieldStart("deployments");
    for (Model.Route route : model.routes()) {
      json.writeStartObject();
      json.writeStringField("name", route.deployment());
      json.writeNumberField("weight", route.weight());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("fallback");
    for (String name : model.fallback()) {
      json.writeString(name);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
