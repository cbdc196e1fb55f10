package dev.weir.bench.load;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request for a stream, as bytes, and where it goes.
 *
 * @param tokens how many events with text a whole answer has; 0 when that is not known
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares questions.
public record Question(InetSocketAddress address, Protocol protocol, byte[] bytes, int tokens) {

  /**
   * Asks {@code model} something short; {@code more} are further JSON fields, each with a comma.
   */
  public static Question of(
      InetSocketAddress address, Protocol protocol, String model, String more, int tokens) {
    return new Question(
        address,
        protocol,
        request(address, protocol, "bench", body(protocol, model, more)),
        tokens);
  }

  private static String body(Protocol protocol, String model, String more) {
    String input =
        switch (protocol) {
          case CHAT -> "\"messages\":[{\"role\":\"user\",\"content\":\"How deep is the river?\"}]";
          case RESPONSES -> "\"input\":\"How deep is the river?\"";
        };
    return "{\"model\":\"" + model + "\",\"stream\":true," + input + more + "}";
  }

  /** The same of {@code user}. */
  public static Question by(
      String user, InetSocketAddress address, Protocol protocol, String model, int tokens) {
    return new Question(
        address, protocol, request(address, protocol, user, body(protocol, model, "")), tokens);
  }

  /** The same of the simulator, which takes its pace from the request. */
  public static Question sim(
      InetSocketAddress address, Protocol protocol, int firstToken, int gap, int tokens) {
    String metadata =
        Map.of("sim.ttft_ms", firstToken, "sim.itl_ms", gap, "sim.tokens", tokens)
            .entrySet()
            .stream()
            .map(entry -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
            .collect(Collectors.joining(",", ",\"metadata\":{", "}"));
    String more = protocol == Protocol.RESPONSES ? metadata + ",\"store\":false" : metadata;
    return of(address, protocol, "sim", more, tokens);
  }

  private static byte[] request(
      InetSocketAddress address, Protocol protocol, String key, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + protocol.path()
            + " HTTP/1.1\r\nHost: 127.0.0.1:"
            + address.getPort()
            + "\r\nAuthorization: Bearer "
            + key
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    byte[] first = head.getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[first.length + content.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(content, 0, all, first.length, content.length);
    return all;
  }
}
