package dev.weir.gateway.cluster;

import com.fasterxml.jackson.databind.JsonNode;

/** What {@code /v1/usage} says of the tokens of a day. */
record Usage(long limit, long spent, long remaining, int runs) {

  static Usage of(JsonNode usage) {
    for (JsonNode window : usage.path("windows")) {
      if (window.path("meter").asText().equals("tokens_per_day")) {
        return new Usage(
            window.path("limit").asLong(),
            window.path("spent").asLong(),
            window.path("remaining").asLong(),
            usage.path("active_runs").asInt());
      }
    }
    throw new IllegalArgumentException("No usage: " + usage);
  }

  /** What is neither spent nor to be had: held by reservations, and by blocks of the dead. */
  long held() {
    return limit - spent - remaining;
  }
}
