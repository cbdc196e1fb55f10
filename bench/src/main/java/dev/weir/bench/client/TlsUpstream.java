package dev.weir.bench.client;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/** An upstream on TLS that answers every request at once, with one token. */
final class TlsUpstream implements AutoCloseable {

  private static final char[] PASSWORD = "benchmark".toCharArray();
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\ndata: token\n\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final KeyStore keys;
  private final SSLServerSocket server;

  TlsUpstream() throws IOException, GeneralSecurityException, InterruptedException {
    keys = selfSigned();
    server =
        (SSLServerSocket)
            context()
                .getServerSocketFactory()
                .createServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  URI uri() {
    return URI.create("https://127.0.0.1:" + server.getLocalPort() + "/v1/chat/completions");
  }

  /** A new one, which remembers no session. */
  SSLContext context() throws GeneralSecurityException {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  private static KeyStore selfSigned()
      throws IOException, GeneralSecurityException, InterruptedException {
    Path folder = Files.createTempDirectory("weir-bench");
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=bench",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Files.delete(store);
    Files.delete(folder);
    return keys;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private static void serve(Socket socket) {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream())) {
      socket.setTcpNoDelay(true);
      while (readRequest(in)) {
        socket.getOutputStream().write(ANSWER);
      }
    } catch (IOException closed) {
      // By the other side.
    }
  }

  /** Reads one without a body; false at the end. */
  private static boolean readRequest(InputStream in) throws IOException {
    int ends = 0;
    while (ends < 2) {
      int b = in.read();
      if (b < 0) {
        return false;
      }
      ends = b == '\n' ? ends + 1 : b == '\r' ? ends : 0;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
