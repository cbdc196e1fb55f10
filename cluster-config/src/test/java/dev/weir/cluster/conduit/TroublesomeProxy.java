package dev.weir.cluster.conduit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between two nodes and cuts, or silently stops, connections after so many bytes. */
final class TroublesomeProxy implements AutoCloseable {

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger troubles = new AtomicInteger();
  private volatile int troublesLeft;
  private volatile boolean silent;
  private volatile long after;

  TroublesomeProxy(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::acceptAll);
  }

  /** The next {@code times} connections break after {@code bytes} in either direction. */
  TroublesomeProxy trouble(int times, long bytes, boolean silently) {
    silent = silently;
    after = bytes;
    troublesLeft = times;
    return this;
  }

  int troubles() {
    return troubles.get();
  }

  /** The ticket as if this were the consumer's node. */
  Ticket inFrontOf(Ticket ticket) {
    return new Ticket(
        "127.0.0.1", server.getLocalPort(), ticket.incarnation(), ticket.stream(), ticket.window());
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(near);
        sockets.add(far);
        boolean trouble = troublesLeft > 0;
        troublesLeft = Math.max(0, troublesLeft - 1);
        Thread.startVirtualThread(() -> copy(near, far, trouble));
        Thread.startVirtualThread(() -> copy(far, near, trouble));
      } catch (IOException closed) {
        // the loop's condition judges
      }
    }
  }

  private void copy(Socket from, Socket to, boolean trouble) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      long total = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        total += read;
        if (trouble && total > after) {
          troubles.incrementAndGet();
          out.write(buffer, 0, silent ? 0 : read / 2);
          if (silent) {
            in.transferTo(OutputStream.nullOutputStream());
          }
          return;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException gone) {
      // either side has closed; so does the other
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
