package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A plain WebSocket client that reads only as many messages as it is asked to. */
final class SocketClient implements AutoCloseable {

  /** A field of {@link #create}: the answer goes on and on. */
  static final String ENDLESS = "\"metadata\":{\"sim.tokens\":\"1000000\",\"sim.itl_ms\":\"1\"}";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final AtomicInteger pings = new AtomicInteger();
  private final WebSocket socket;

  /** Connects; reads at full speed when {@code eager}, else on {@link #next} alone. */
  SocketClient(TestNode node, boolean eager) {
    socket =
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer test")
            .buildAsync(node.socketUrl("/v1/responses"), listener(eager))
            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .join();
  }

  /** The status by which whoever comes with these headers, if any, is kept out. */
  static int refusal(TestNode node, String... headers) {
    WebSocket.Builder builder = node.http().newWebSocketBuilder();
    for (int at = 0; at < headers.length; at += 2) {
      builder.header(headers[at], headers[at + 1]);
    }
    try {
      builder.buildAsync(node.socketUrl("/v1/responses"), new WebSocket.Listener() {}).join();
      throw new AssertionError("nobody was kept out");
    } catch (CompletionException failed) {
      assertThat(failed).hasCauseInstanceOf(WebSocketHandshakeException.class);
      return ((WebSocketHandshakeException) failed.getCause()).getResponse().statusCode();
    }
  }

  private WebSocket.Listener listener(boolean eager) {
    return new WebSocket.Listener() {
      private final StringBuilder text = new StringBuilder();

      @Override
      public void onOpen(WebSocket opened) {
        if (eager) {
          opened.request(1);
        }
      }

      @Override
      public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
          messages.add(parse(text.toString()));
          text.setLength(0);
        }
        if (eager || !last) {
          from.request(1);
        }
        return null;
      }

      @Override
      public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        pings.incrementAndGet();
        from.request(1);
        return null;
      }

      @Override
      public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
      }

      @Override
      public void onError(WebSocket from, Throwable failure) {
        closed.completeExceptionally(failure);
      }
    };
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  void send(String text) {
    socket.sendText(text, true).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Asks the simulator for a response with these {@code fields}. */
  void create(String fields) {
    send("{\"type\":\"response.create\",\"model\":\"sim\"," + fields + "}");
  }

  void sendBinary(byte[] bytes) {
    socket
        .sendBinary(ByteBuffer.wrap(bytes), true)
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  /** Lets {@code n} more messages come. */
  void request(long n) {
    socket.request(n);
  }

  /** The next message. */
  JsonNode next() {
    try {
      JsonNode message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no message came");
      }
      return message;
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }

  /** The same, up to the first of a type. */
  List<JsonNode> until(String type) {
    return until(message -> message.path("type").asText().equals(type));
  }

  /** All messages up to and with the first that {@code last} holds for. */
  private List<JsonNode> until(Predicate<JsonNode> last) {
    List<JsonNode> read = new ArrayList<>();
    do {
      read.add(next());
    } while (!last.test(read.getLast()));
    return read;
  }

  /** All messages up to the end of a response. */
  List<JsonNode> turn() {
    return until(SocketClient::isEnd);
  }

  private static boolean isEnd(JsonNode message) {
    return switch (message.path("type").asText()) {
      case "response.completed", "response.failed", "response.incomplete", "error" -> true;
      default -> false;
    };
  }

  static List<String> types(List<JsonNode> messages) {
    return messages.stream().map(message -> message.path("type").asText()).toList();
  }

  static void assertError(JsonNode message, int status, String code) {
    assertThat(message.path("type").asText()).isEqualTo("error");
    assertThat(message.path("status").asInt()).isEqualTo(status);
    assertThat(message.path("error").path("code").asText()).isEqualTo(code);
  }

  /** How often the server has asked whether anybody is there. */
  int pings() {
    return pings.get();
  }

  /** The code the server closed with. */
  int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Goes away without a word. */
  void abort() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
