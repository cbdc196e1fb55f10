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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An upstream that answers no branch before all branches have come: calls that do not overlap would
 * wait for ever. It refuses the branch that is told to be {@code broken}.
 */
final class BranchUpstream implements AutoCloseable {

  /** A call as it came. */
  record Call(String node, String body) {
    boolean isBranch() {
      return body.contains("one angle only");
    }
  }

  private final HttpServer server;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch together = new CountDownLatch(0);

  private BranchUpstream(HttpServer server) {
    this.server = server;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  static BranchUpstream start() {
    try {
      return new BranchUpstream(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  /** From now on {@code branches} calls must come before one of them is answered. */
  void expect(int branches) {
    calls.clear();
    together = new CountDownLatch(branches);
  }

  /** The deployment {@code mock} as seen by one node. */
  String deployment(String node) {
    return """
    weir.deployments.mock { provider = openai, base-url = "http://127.0.0.1:%d/%s/v1" }
    weir.models.mock { deployments = [mock] }
    """
        .formatted(server.getAddress().getPort(), node);
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Call call = new Call(node(exchange.getRequestURI().getPath()), body);
    calls.add(call);
    if (call.isBranch()) {
      await();
    }
    if (body.contains("only: broken")) {
      send(exchange, 400, "{\"error\": {\"message\": \"No.\", \"code\": \"broken_angle\"}}");
    } else {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      send(exchange, 200, call.isBranch() ? chunks("One view.") : chunks("All", " in", " all."));
    }
  }

  private static String node(String path) {
    return path.substring(1, path.indexOf('/', 1));
  }

  private void await() {
    together.countDown();
    try {
      if (!together.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the calls do not overlap");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private static String chunks(String... words) {
    StringBuilder all = new StringBuilder();
    for (String word : words) {
      all.append("data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"")
          .append(word)
          .append("\"}}]}\n\n");
    }
    return all
        + """
        data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

        data: {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}}

        data: [DONE]

        """;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
