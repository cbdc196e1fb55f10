package dev.weir.bench.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The events of one response, read line by line; for what is few and looked at closely. */
public final class EventStream implements AutoCloseable {

  private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");

  private final BufferedReader lines;

  private EventStream(BufferedReader lines) {
    this.lines = lines;
  }

  /** Creates a response with {@code body}, which must ask for a stream. */
  public static EventStream create(NodeProcess node, String body) {
    try {
      HttpResponse<InputStream> answer =
          NodeProcess.HTTP.send(
              HttpRequest.newBuilder(node.uri("/v1/responses"))
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("status " + answer.statusCode());
      }
      return new EventStream(
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8)));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** The next event's data; null at the end. */
  public @Nullable String next() {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          return line.substring(6);
        }
      }
      return null;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The response's id, from its first event. */
  public String id() {
    @Nullable String first = next();
    Matcher id = ID.matcher(String.valueOf(first));
    if (!id.find()) {
      throw new IllegalStateException("no id in " + first);
    }
    return id.group(1);
  }

  /** Reads until {@code count} events with text have come. */
  public void awaitDeltas(int count) {
    int seen = 0;
    while (seen < count) {
      @Nullable String event = next();
      if (event == null) {
        throw new IllegalStateException("the stream ended after " + seen + " deltas");
      }
      seen += event.contains("\"response.output_text.delta\"") ? 1 : 0;
    }
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException alreadyGone) {
      // It is closed as far as can be.
    }
  }
}
