package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import com.typesafe.config.ConfigObject;
import dev.weir.gateway.json.Json;
import dev.weir.inference.catalog.Canary;
import dev.weir.inference.catalog.Catalog;
import dev.weir.inference.catalog.CatalogView;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Overlay;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.Shown;
import dev.weir.inference.catalog.store.Version;
import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.warm.Standing;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Writes the catalog and its versions for operators. */
final class CatalogWriter {

  private CatalogWriter() {}

  /**
   * Each model's routes, fallbacks and shadow, and what every deployment is.
   *
   * @param warm how nodes stand with the upstreams of deployments
   */
  static ByteString models(
      CatalogView.Standing standing,
      ShadowSums.Gathered shadows,
      Map<String, Map<String, Standing>> warm) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeNumberField("version", standing.version());
          json.writeArrayFieldStart("models");
          for (Model model : standing.catalog().models()) {
            json.writeStartObject();
            json.writeStringField("name", model.name());
            write(json, model);
            shadows.write(json, model);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("deployments");
          for (Deployment deployment : standing.catalog().deployments()) {
            write(json, deployment, warm.getOrDefault(deployment.name(), Map.of()));
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, Model model) throws IOException {
    json.writeArrayFieldStart("deployments");
    for (Model.Route route : model.routes()) {
      json.writeStartObject();
      json.writeStringField("name", route.deployment());
      json.writeNumberField("weight", route.weight());
      json.writeEndObject();
    }
    json.writeEndArray();
    Json.writeStrings(json, "fallback", model.fallback());
    Model.Hedge hedge = model.hedge();
    if (hedge != null) {
      json.writeObjectFieldStart("hedge");
      json.writeStringField("after", hedge.after().toMillis() + "ms");
      json.writeNumberField("share", hedge.share());
      json.writeEndObject();
    }
    Canary canary = model.canary();
    if (canary != null) {
      json.writeObjectFieldStart("canary");
      json.writeStringField("deployment", canary.deployment());
      json.writeNumberField("share", canary.share());
      json.writeNumberField("step", canary.step());
      json.writeStringField("stopped", canary.stopped());
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Deployment deployment, Map<String, Standing> warm)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", deployment.name());
    json.writeStringField("provider", deployment.provider());
    json.writeStringField("upstream_model", deployment.upstreamModel());
    json.writeNumberField("slots", deployment.slots());
    json.writeNumberField("context_window", deployment.contextWindow());
    json.writeNumberField("max_output_tokens", deployment.maxOutput());
    json.writeStringField("region", deployment.traits().region());
    json.writeStringField("zone", deployment.traits().zone());
    Json.writeStrings(json, "tags", deployment.tags().stream().sorted().toList());
    json.writeObjectField("attributes", deployment.traits().attributes());
    json.writeArrayFieldStart("warm");
    for (Map.Entry<String, Standing> node : warm.entrySet()) {
      json.writeStartObject();
      json.writeStringField("node", node.getKey());
      json.writeStringField("outcome", node.getValue().outcome());
      json.writeStringField("message", node.getValue().message());
      json.writeNumberField("connections", node.getValue().connections());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Everything that is in force, with the file's keys, and what of it was changed. */
  static ByteString catalog(CatalogView.Standing standing) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeNumberField("version", standing.version());
          json.writeObjectFieldStart("changed");
          for (Section section : Section.values()) {
            Json.writeStrings(json, section.path(), standing.changes().names(section));
          }
          json.writeEndObject();
          json.writeObjectFieldStart("deployments");
          for (Deployment deployment : standing.catalog().deployments()) {
            json.writeObjectField(deployment.name(), Shown.of(deployment, standing.changes()));
          }
          json.writeEndObject();
          json.writeObjectFieldStart("models");
          for (Model model : standing.catalog().models()) {
            json.writeObjectFieldStart(model.name());
            write(json, model);
            ShadowSums.Gathered.NONE.write(json, model);
            json.writeEndObject();
          }
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  /** One entry with the file's keys. */
  static ByteString entry(CatalogView.Standing standing, Section section, String name) {
    Catalog catalog = standing.catalog();
    return Json.write(
        json -> {
          switch (section) {
            case DEPLOYMENTS ->
                json.writeObject(
                    Shown.of(catalog.deployment(name).orElseThrow(), standing.changes()));
            case MODELS -> {
              Model model = catalog.model(name).orElseThrow();
              json.writeStartObject();
              write(json, model);
              ShadowSums.Gathered.NONE.write(json, model);
              json.writeEndObject();
            }
          }
        });
  }

  static ByteString stored(CatalogDesk.Stored stored) {
    return Json.write(
        json -> {
          json.writeStartObject();
          write(json, stored.version());
          json.writeNumberField("following", stored.following());
          json.writeNumberField("nodes", stored.nodes());
          json.writeEndObject();
        });
  }

  static ByteString versions(List<Version> versions) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("versions");
          for (Version version : versions) {
            json.writeStartObject();
            write(json, version);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** A version with all changes that were in force; null for what was taken out. */
  static ByteString version(Version version, Overlay changes) {
    return Json.write(
        json -> {
          json.writeStartObject();
          write(json, version);
          for (Section section : Section.values()) {
            json.writeObjectFieldStart(section.path());
            for (String name : changes.names(section)) {
              Optional<ConfigObject> entry = changes.entry(section, name);
              json.writeFieldName(name);
              json.writeObject(entry.map(ConfigObject::unwrapped).orElse(null));
            }
            json.writeEndObject();
          }
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, Version version) throws IOException {
    json.writeNumberField("version", version.number());
    json.writeNumberField("created_at", version.at().getEpochSecond());
    json.writeStringField("change", version.summary());
    json.writeStringField("note", version.note());
  }
}
