package dev.weir.gateway.cli;

import dev.weir.cluster.error.WeirException;
import dev.weir.gateway.json.Json;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to {@code /v1/responses}, made when something is to be sent and again when it was
 * lost. It reads no further than it is asked to. One thread sends.
 */
final class ChatSocket implements AutoCloseable {

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

  private final HttpClient http;
  private final URI server;
  private final String key;
  private final Consumer<ChatEvent> events;
  private volatile @Nullable WebSocket open;

  /**
   * @param server the gateway's {@code http} address
   * @param key bearer key; empty: none
   * @param events hears what comes in, on a thread of the client
   */
  ChatSocket(HttpClient http, URI server, String key, Consumer<ChatEvent> events) {
    this.http = http;
    this.server = server;
    this.key = key;
    this.events = events;
  }

  /** Sends one frame. */
  void send(String json) {
    WebSocket socket = open;
    if (socket == null) {
      socket = connect();
      open = socket;
    }
    try {
      socket.sendText(json, true).join();
    } catch (CompletionException | IllegalStateException lost) {
      open = null;
      throw new Failure("The connection to " + server + " is lost; try again.");
    }
  }

  /** Lets one more frame come. */
  void more() {
    WebSocket socket = open;
    if (socket != null) {
      socket.request(1);
    }
  }

  @Override
  public void close() {
    WebSocket socket = open;
    if (socket != null) {
      socket
          .sendClose(WebSocket.NORMAL_CLOSURE, "")
          .orTimeout(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(lost -> socket)
          .join();
      socket.abort();
    }
  }

  private WebSocket connect() {
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(CONNECT_WITHIN);
    if (!key.isBlank()) {
      builder.header("Authorization", "Bearer " + key);
    }
    try {
      return builder
          .buildAsync(
              URI.create("ws" + server.toString().substring(4) + "/v1/responses"), new Ear())
          .join();
    } catch (CompletionException failed) {
      throw new Failure(reason(failed.getCause()));
    }
  }

  private String reason(@Nullable Throwable cause) {
    if (cause instanceof WebSocketHandshakeException refused) {
      int status = refused.getResponse().statusCode();
      return status == 401
          ? server + " wants a key: give it in WEIR_API_KEY."
          : server + " refuses a WebSocket: HTTP " + status + ".";
    }
    return cause instanceof ConnectException
        ? "Nothing answers at " + server + ": './weir up' starts a cluster; --port names another."
        : "No connection to " + server + ": " + cause;
  }

  private final class Ear implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        byte[] whole = text.toString().getBytes(StandardCharsets.UTF_8);
        text.setLength(0);
        hear(whole);
      } else {
        socket.request(1);
      }
      return null;
    }

    private void hear(byte[] frame) {
      try {
        events.accept(new ChatEvent.Frame(Json.readObject(frame)));
      } catch (WeirException nonsense) {
        lost(": it sent what is no JSON");
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      lost(" (" + code + (reason.isEmpty() ? "" : " " + reason) + ")");
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      lost("");
    }

    private void lost(String why) {
      open = null;
      events.accept(new ChatEvent.Closed(why));
    }
  }
}
