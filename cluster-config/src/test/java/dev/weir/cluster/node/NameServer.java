package dev.weir.cluster.node;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A DNS server on loopback that knows one name, by IPv4 addresses to be kept for ten minutes, as
 * Docker's says (RFC 1035, section 4).
 */
final class NameServer implements AutoCloseable {

  private static final int A = 1;
  private static final int NAME_OF_QUESTION = 0xC00C;
  private static final int KEEP_SECONDS = 600;
  private static final int HEADER = 12;

  private final DatagramSocket socket;
  private final String name;
  private final Set<String> queries = ConcurrentHashMap.newKeySet();
  private volatile List<String> addresses;

  private NameServer(DatagramSocket socket, String name, String... addresses) {
    this.socket = socket;
    this.name = name;
    this.addresses = List.of(addresses);
  }

  static NameServer answering(String name, String... addresses) throws IOException {
    NameServer server =
        new NameServer(new DatagramSocket(0, InetAddress.getLoopbackAddress()), name, addresses);
    Thread.ofVirtual().start(server::serve);
    return server;
  }

  /** What to answer from now on. */
  void answer(String... current) {
    addresses = List.of(current);
  }

  /** Where it listens: {@code 127.0.0.1:port}. */
  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** The names that were asked for. */
  Set<String> queries() {
    return Set.copyOf(queries);
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      DatagramPacket query = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(query);
        byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
      } catch (IOException failure) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(failure);
        }
      }
    }
  }

  private byte[] answer(byte[] query) throws IOException {
    ByteBuffer question = ByteBuffer.wrap(query).position(HEADER);
    String asked = name(question);
    int type = question.getShort();
    question.getShort();
    queries.add(asked);
    List<String> found = asked.equals(name) && type == A ? addresses : List.of();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(query, 0, 2);
    out.writeShort(0x8180);
    out.writeShort(1);
    out.writeShort(found.size());
    out.writeInt(0);
    out.write(query, HEADER, question.position() - HEADER);
    for (String address : found) {
      out.writeShort(NAME_OF_QUESTION);
      out.writeShort(A);
      out.writeShort(1);
      out.writeInt(KEEP_SECONDS);
      out.writeShort(4);
      out.write(InetAddress.getByName(address).getAddress());
    }
    return bytes.toByteArray();
  }

  private static String name(ByteBuffer from) {
    StringBuilder name = new StringBuilder();
    for (int length = from.get(); length > 0; length = from.get()) {
      byte[] label = new byte[length];
      from.get(label);
      name.append(name.isEmpty() ? "" : ".")
          .append(new String(label, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }

  @Override
  public void close() {
    socket.close();
  }
}
