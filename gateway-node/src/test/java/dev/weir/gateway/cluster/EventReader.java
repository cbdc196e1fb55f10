package dev.weir.gateway.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a stream of server-sent events, one at a time, on demand. */
final class EventReader implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedReader lines;

  private EventReader(BufferedReader lines) {
    this.lines = lines;
  }

  static EventReader create(HttpClient http, URI url, String body) {
    return open(
        http, HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  static EventReader resume(HttpClient http, URI url) {
    return open(http, HttpRequest.newBuilder(url).build());
  }

  static EventReader open(HttpClient http, HttpRequest request) {
    try {
      var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            response.statusCode()
                + " "
                + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
      }
      return new EventReader(
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** The next event; empty at the end, orderly or not. */
  Optional<JsonNode> next() {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: {")) {
          return Optional.of(JSON.readTree(line.substring("data: ".length())));
        }
      }
      return Optional.empty();
    } catch (IOException broken) {
      return Optional.empty();
    }
  }

  /** Reads on until {@code length} characters of text have come, or the end. */
  List<JsonNode> takeText(int length) {
    List<JsonNode> events = new ArrayList<>();
    for (int come = 0; come < length; come += text(List.of(events.getLast())).length()) {
      Optional<JsonNode> event = next();
      if (event.isEmpty()) {
        break;
      }
      events.add(event.get());
    }
    return events;
  }

  /** Reads {@code count} more events, fewer only at the end. */
  List<JsonNode> take(int count) {
    List<JsonNode> events = new ArrayList<>();
    while (events.size() < count) {
      Optional<JsonNode> event = next();
      if (event.isEmpty()) {
        break;
      }
      events.add(event.get());
    }
    return events;
  }

  List<JsonNode> rest() {
    return take(Integer.MAX_VALUE);
  }

  static String text(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events) {
      if (event.path("type").asText().equals("response.output_text.delta")) {
        text.append(event.path("delta").asText());
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException already) {
      throw new UncheckedIOException(already);
    }
  }
}
