package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.http.HttpSettings;
import dev.weir.gateway.json.Json;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A local node as its data folder remembers it.
 *
 * @param number from 1; node k serves HTTP on the first node's port + k - 1
 * @param host where its HTTP server listens
 * @param management the port at which other nodes ask it for the cluster
 * @param config the configuration file it was started with, if any
 * @param stopping whether somebody has told it to go
 */
record NodeRecord(
    int number,
    long pid,
    String host,
    int http,
    int admin,
    int management,
    Optional<Path> config,
    boolean stopping) {

  /** One that is meant to run. */
  NodeRecord(
      int number,
      long pid,
      String host,
      int http,
      int admin,
      int management,
      Optional<Path> config) {
    this(number, pid, host, http, admin, management, config, false);
  }

  /** How a client on this machine reaches it. */
  String url() {
    return HttpSettings.url(host, http);
  }

  NodeRecord withPid(long running) {
    return new NodeRecord(number, running, host, http, admin, management, config, stopping);
  }

  NodeRecord asStopping() {
    return new NodeRecord(number, pid, host, http, admin, management, config, true);
  }

  byte[] toJson() {
    return Json.write(
            json -> {
              json.writeStartObject();
              json.writeNumberField("number", number);
              json.writeNumberField("pid", pid);
              json.writeStringField("host", host);
              json.writeNumberField("http", http);
              json.writeNumberField("admin", admin);
              json.writeNumberField("management", management);
              json.writeStringField("config", config.map(Path::toString).orElse(null));
              json.writeBooleanField("stopping", stopping);
              json.writeEndObject();
            })
        .toArrayUnsafe();
  }

  static NodeRecord from(JsonNode json) {
    return new NodeRecord(
        json.path("number").asInt(),
        json.path("pid").asLong(),
        json.path("host").asText(),
        json.path("http").asInt(),
        json.path("admin").asInt(),
        json.path("management").asInt(),
        Optional.ofNullable(json.path("config").textValue()).map(Path::of),
        json.path("stopping").asBoolean());
  }
}
