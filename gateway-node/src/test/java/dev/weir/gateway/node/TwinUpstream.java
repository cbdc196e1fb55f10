package dev.weir.gateway.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several OpenAI-compatible upstreams at one port, told apart by their path: {@code shown}, {@code
 * same} and {@code part} answer alike, {@code other} does not, {@code broken} fails, {@code silent}
 * says one word and then nothing until it is closed. Counts the calls of each.
 */
final class TwinUpstream implements AutoCloseable {

  private static final List<String> WORDS = List.of("Grüße", " an", " alle", ".\\n", "  😀");

  private final HttpServer server;
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  private TwinUpstream(HttpServer server) {
    this.server = server;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  static TwinUpstream start() {
    try {
      return new TwinUpstream(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  /** A deployment for each of them, with their names. */
  String deployments() {
    StringBuilder all = new StringBuilder();
    for (String name : List.of("shown", "same", "part", "other", "broken", "silent")) {
      all.append(
          "weir.deployments.%s { provider = openai, base-url = \"http://127.0.0.1:%d/%s/v1\" }%n"
              .formatted(name, server.getAddress().getPort(), name));
    }
    return all.toString();
  }

  int calls(String name) {
    return calls.getOrDefault(name, new AtomicInteger()).get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String name = path.substring(1, path.indexOf('/', 1));
    calls.computeIfAbsent(name, any -> new AtomicInteger()).incrementAndGet();
    switch (name) {
      case "broken" -> send(exchange, 500, "{\"error\": {\"message\": \"No.\"}}");
      case "silent" -> hang(exchange);
      case "other" -> send(exchange, 200, chunks(List.of("Grüße", " an", " niemanden")));
      default -> send(exchange, 200, chunks(WORDS));
    }
  }

  private void hang(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(chunk("One").getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    try {
      closing.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private static String chunk(String word) {
    return "data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"" + word + "\"}}]}\n\n";
  }

  private static String chunks(List<String> words) {
    return String.join("", words.stream().map(TwinUpstream::chunk).toList())
        + """
        data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

        data: {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}

        data: [DONE]

        """;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
