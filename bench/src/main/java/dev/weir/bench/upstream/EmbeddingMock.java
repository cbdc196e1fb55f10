package dev.weir.bench.upstream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * An OpenAI-compatible upstream of embeddings that takes a fixed time for each call and a little
 * more for each input, as a model on an accelerator does.
 */
public final class EmbeddingMock implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VECTOR = Base64.getEncoder().encodeToString(new byte[4 * 256]);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final long callNanos;
  private final long inputNanos;
  private final AtomicLong calls = new AtomicLong();

  private EmbeddingMock(HttpServer server, long callNanos, long inputNanos) {
    this.server = server;
    this.callNanos = callNanos;
    this.inputNanos = inputNanos;
  }

  /** Listens on a free port of the loopback address. */
  public static EmbeddingMock start(long callMicros, long inputMicros) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      EmbeddingMock mock = new EmbeddingMock(server, callMicros * 1000, inputMicros * 1000);
      server.createContext("/", mock::answer);
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

  /** Calls that have come. */
  public long calls() {
    return calls.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    calls.incrementAndGet();
    int inputs = JSON.readTree(exchange.getRequestBody()).path("input").size();
    LockSupport.parkNanos(callNanos + inputs * inputNanos);
    StringBuilder data = new StringBuilder("{\"data\":[");
    for (int at = 0; at < inputs; at++) {
      data.append(at == 0 ? "" : ",");
      data.append("{\"index\":")
          .append(at)
          .append(",\"embedding\":\"")
          .append(VECTOR)
          .append("\"}");
    }
    data.append("],\"usage\":{\"prompt_tokens\":").append(inputs).append("}}");
    byte[] body = data.toString().getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
