package dev.weir.bench.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An OpenAI-compatible upstream of short answers that takes a fixed time for each call and a little
 * more for each prompt: chat completions, several prompts of one call, and batches, which it is
 * done with as soon as it has been given them.
 */
public final class CompletionMock implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "It is deep enough.";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Integer> files = new ConcurrentHashMap<>();
  private final AtomicLong calls = new AtomicLong();
  private final long callNanos;
  private final long promptNanos;

  private CompletionMock(HttpServer server, long callNanos, long promptNanos) {
    this.server = server;
    this.callNanos = callNanos;
    this.promptNanos = promptNanos;
  }

  /** Listens on a free port of the loopback address. */
  public static CompletionMock start(long callMicros, long promptMicros) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      CompletionMock mock = new CompletionMock(server, callMicros * 1000, promptMicros * 1000);
      server.createContext("/", mock::play);
      server.setExecutor(mock.threads);
      server.start();
      return mock;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** HTTP requests that have come. */
  public long calls() {
    return calls.get();
  }

  private void play(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    String path = exchange.getRequestURI().getPath();
    byte[] asked = exchange.getRequestBody().readAllBytes();
    String answer =
        switch (exchange.getRequestMethod() + " " + path.replaceAll("[0-9]+", "#")) {
          case "POST /v#/chat/completions" -> chat();
          case "POST /v#/completions" -> prompts(JSON.readTree(asked));
          case "POST /v#/files" -> file(new String(asked, StandardCharsets.UTF_8));
          case "POST /v#/batches" -> batch(JSON.readTree(asked));
          case "GET /v#/batches/batch-#" -> over(number(path));
          case "GET /v#/files/out-#/content" -> results(number(path));
          default -> "{}";
        };
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** That of a batch or of a file: what follows the dash. */
  private static String number(String path) {
    return path.replaceAll(".*-|/content", "");
  }

  private void work(int prompts) {
    LockSupport.parkNanos(callNanos + prompts * promptNanos);
  }

  private String chat() {
    work(1);
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n".formatted(TEXT)
        + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":5}}\n\n"
        + "data: [DONE]\n\n";
  }

  private String prompts(JsonNode call) {
    int prompts = call.path("prompt").size();
    work(prompts);
    StringBuilder choices = new StringBuilder();
    for (int at = 0; at < prompts; at++) {
      choices.append(at == 0 ? "" : ",");
      choices.append(
          "{\"index\":%d,\"text\":\"%s\",\"finish_reason\":\"stop\"}".formatted(at, TEXT));
    }
    return "{\"choices\":[%s],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}"
        .formatted(choices, 6 * prompts, 5 * prompts);
  }

  private String file(String form) {
    int lines = form.split("\"custom_id\"", -1).length - 1;
    String id = String.valueOf(files.size() + 1);
    files.put(id, lines);
    return "{\"id\":\"in-" + id + "\"}";
  }

  private static String batch(JsonNode batch) {
    String id = batch.path("input_file_id").asText().substring(3);
    return "{\"id\":\"batch-" + id + "\",\"status\":\"validating\"}";
  }

  private static String over(String id) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"batch-%1$s\",\"status\":\"completed\",\"input_file_id\":\"in-%1$s\",\"output_file_id\":\"out-%1$s\"}",
        id);
  }

  private String results(String id) {
    int lines = files.getOrDefault(id, 0);
    work(lines);
    StringBuilder results = new StringBuilder();
    for (int at = 0; at < lines; at++) {
      results.append(
          "{\"custom_id\":\"call-%d\",\"response\":{\"status_code\":200,\"body\":{\"choices\":[{\"index\":0,\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":6,\"completion_tokens\":5}}}}\n"
              .formatted(at, TEXT));
    }
    return results.toString();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
