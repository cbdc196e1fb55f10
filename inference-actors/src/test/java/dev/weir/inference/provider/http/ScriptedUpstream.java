package dev.weir.inference.provider.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An upstream on raw sockets that plays one script for each request, on a thread of its own. What
 * the script writes goes out at once and as it is; a script that throws, or that asks for it, loses
 * the connection.
 */
public final class ScriptedUpstream implements AutoCloseable {

  private final ServerSocket server;
  private final Script script;
  private final String scheme;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger playing = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();

  /** What the upstream does with a request. */
  @FunctionalInterface
  public interface Script {
    void play(Exchange exchange) throws IOException;
  }

  /** A request as it came; names of headers in lower case. */
  public record Request(String line, Map<String, String> headers, String body) {}

  private ScriptedUpstream(ServerSocket server, String scheme, Script script) {
    this.server = server;
    this.scheme = scheme;
    this.script = script;
  }

  public static ScriptedUpstream start(Script script) {
    try {
      return start(new ServerSocket(0, 1000, InetAddress.getLoopbackAddress()), "http", script);
    } catch (IOException noPort) {
      throw new UncheckedIOException(noPort);
    }
  }

  public static ScriptedUpstream start(ServerSocket server, String scheme, Script script) {
    ScriptedUpstream upstream = new ScriptedUpstream(server, scheme, script);
    Thread.ofPlatform().daemon().start(upstream::accept);
    return upstream;
  }

  public String url() {
    return scheme + "://127.0.0.1:" + server.getLocalPort();
  }

  public List<Request> requests() {
    return requests;
  }

  /** Scripts that play now. */
  public int playing() {
    return playing.get();
  }

  /** Connections accepted so far. */
  public int connections() {
    return connections.get();
  }

  /** Connections neither side has closed. */
  public int connected() {
    return connected.get();
  }

  /** Bytes of answers that the sockets have taken so far. */
  public long written() {
    return written.get();
  }

  /** Loses every connection there is. */
  public void dropAll() {
    try {
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes no more connections; those there are stay. */
  public void listenNoMore() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    listenNoMore();
    dropAll();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        connections.incrementAndGet();
        connected.incrementAndGet();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.setSendBufferSize(64 * 1024);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        Request request = read(in);
        requests.add(request);
        playing.incrementAndGet();
        try {
          script.play(new Exchange(request, socket, in));
        } finally {
          playing.decrementAndGet();
        }
      }
    } catch (IOException closed) {
      // By either side.
    } finally {
      connected.decrementAndGet();
    }
  }

  private static Request read(InputStream in) throws IOException {
    String first = line(in);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(first, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("closed");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  /** One request and the answer that the script writes. */
  public final class Exchange {

    private final Request request;
    private final InputStream in;
    private final Socket socket;
    private final OutputStream out;

    private Exchange(Request request, Socket socket, InputStream in) throws IOException {
      this.request = request;
      this.socket = socket;
      this.in = in;
      this.out = socket.getOutputStream();
    }

    public Request request() {
      return request;
    }

    /** Writes bytes as they are. */
    public Exchange raw(byte[] bytes) throws IOException {
      out.write(bytes);
      written.addAndGet(bytes.length);
      return this;
    }

    public Exchange raw(String text) throws IOException {
      return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a whole answer. */
    public Exchange answer(int status, String body, String... headers) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Any\r\n");
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      return raw(head + "Content-Length: " + length + "\r\n\r\n" + body);
    }

    /** Begins a chunked answer of events. */
    public Exchange events() throws IOException {
      return raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    /** Writes one chunk. */
    public Exchange chunk(String text) throws IOException {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      return raw(Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }

    /** Writes one event with this data. */
    public Exchange event(String data) throws IOException {
      return chunk("data: " + data + "\n\n");
    }

    /** Ends a chunked answer. */
    public Exchange end() throws IOException {
      return raw("0\r\n\r\n");
    }

    /** Says nothing more until the other side has closed, then returns. */
    public void awaitClosed() throws IOException {
      if (in.read() >= 0) {
        throw new IOException("nobody should speak");
      }
    }

    /** Loses the connection. */
    public void drop() throws IOException {
      socket.close();
    }
  }
}
