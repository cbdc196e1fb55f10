package dev.weir.gateway.cluster;

import dev.weir.inference.provider.http.ScriptedUpstream.Exchange;
import java.io.IOException;

/** What an upstream streams of a chat completion. */
final class UpstreamChat {

  private UpstreamChat() {}

  /** The event that carries {@code text}. */
  static String delta(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  /** Streams {@code piece} until {@code bytes} of text are out, as fast as they are taken. */
  static void flood(Exchange exchange, String piece, int bytes) throws IOException {
    for (int sent = 0; sent < bytes; sent += piece.length()) {
      exchange.event(delta(piece));
    }
    end(exchange, 1, 9);
  }

  /** Ends the answer, with these tokens used. */
  static void end(Exchange exchange, int input, int output) throws IOException {
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}"
            .formatted(input, output, input + output));
    exchange.event("[DONE]");
    exchange.end();
  }
}
