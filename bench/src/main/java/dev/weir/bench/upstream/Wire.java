package dev.weir.bench.upstream;

import java.nio.charset.StandardCharsets;

/** The bytes of the mock's answers, made once. */
final class Wire {

  static final byte[] HEAD =
      ascii(
          String.join(
              "\r\n",
              "HTTP/1.1 200 OK",
              "Content-Type: text/event-stream",
              "Transfer-Encoding: chunked",
              "",
              ""));

  static final byte[] TOKEN = chunk(event("{\"content\":\" river\"}", "null"));

  private Wire() {}

  /** The finish reason, the usage and the end. */
  static byte[] end(int tokens) {
    String usage =
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
            + "\"model\":\"mock\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":"
            + tokens
            + ",\"total_tokens\":"
            + (10 + tokens)
            + "}}\n\n";
    byte[] events = chunk(event("{}", "\"stop\"") + usage + "data: [DONE]\n\n");
    byte[] last = ascii("0\r\n\r\n");
    byte[] all = new byte[events.length + last.length];
    System.arraycopy(events, 0, all, 0, events.length);
    System.arraycopy(last, 0, all, events.length, last.length);
    return all;
  }

  private static String event(String delta, String reason) {
    return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"mock\",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + reason
        + "}]}\n\n";
  }

  private static byte[] chunk(String text) {
    return ascii(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
