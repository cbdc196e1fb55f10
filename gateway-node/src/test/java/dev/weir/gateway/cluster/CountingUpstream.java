package dev.weir.gateway.cluster;

import dev.weir.inference.limit.Sightings;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;

/**
 * An OpenAI-compatible server that counts each request, its input, and its output as it sends it.
 */
final class CountingUpstream implements AutoCloseable {

  /** What it says that the input of every request is; less than Weir's own bound. */
  static final int INPUT = 20;

  static final int OUTPUT = 100;

  private static final int CHUNKS = 10;

  private final Sightings seen = new Sightings();
  private final ScriptedUpstream server = ScriptedUpstream.start(this::play);

  String url() {
    return server.url() + "/v1";
  }

  private void play(ScriptedUpstream.Exchange exchange) throws IOException {
    see(1, INPUT);
    exchange.events();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      see(0, OUTPUT / CHUNKS);
      exchange.event(
          "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
              .formatted("word ".repeat(OUTPUT / CHUNKS)));
    }
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}"
            .formatted(INPUT, OUTPUT));
    exchange.event("[DONE]").end();
  }

  private void see(long requests, long tokens) {
    seen.see(System.nanoTime(), requests, tokens);
  }

  Sightings seen() {
    return seen;
  }

  @Override
  public void close() {
    server.close();
  }
}
