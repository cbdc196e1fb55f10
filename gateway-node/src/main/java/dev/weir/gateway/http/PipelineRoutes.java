package dev.weir.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.json.Json;
import dev.weir.orchestrator.pipeline.Pipeline;
import dev.weir.orchestrator.pipeline.Pipelines;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/pipelines}: what there is, and what each does. */
final class PipelineRoutes {

  private final Pipelines pipelines;

  PipelineRoutes(Pipelines pipelines) {
    this.pipelines = pipelines;
  }

  List<Endpoint> endpoints(Bodies bodies) {
    return List.of(
        Endpoint.of(HttpMethods.GET, "/v1/pipelines", bodies.none(context -> list())),
        Endpoint.of(
            HttpMethods.GET,
            "/v1/pipelines/{name}",
            bodies.none(context -> one(context.part("name")))));
  }

  private CompletionStage<HttpResponse> list() {
    return answer(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (Pipeline pipeline : pipelines.all()) {
            write(json, pipeline.description());
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private CompletionStage<HttpResponse> one(String name) {
    Pipeline pipeline =
        pipelines.model(Pipelines.PREFIX + name).orElseThrow(() -> unknown(name).asException());
    return answer(json -> write(json, pipeline.description()));
  }

  private static CompletionStage<HttpResponse> answer(Json.Writer writer) {
    return CompletableFuture.completedFuture(Answers.json(Json.write(writer)));
  }

  private static void write(JsonGenerator json, Pipeline.Description pipeline) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", pipeline.model());
    json.writeStringField("object", "pipeline");
    json.writeStringField("name", pipeline.name());
    json.writeStringField("description", pipeline.description());
    json.writeArrayFieldStart("steps");
    for (String step : pipeline.steps()) {
      json.writeString(step);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("metadata");
    for (Map.Entry<String, String> key : new TreeMap<>(pipeline.metadata()).entrySet()) {
      json.writeStringField(key.getKey(), key.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static WeirError unknown(String name) {
    return new WeirError.NotFound(
        "pipeline_not_found", "No pipeline '" + name + "'; GET /v1/pipelines lists what there is.");
  }
}
