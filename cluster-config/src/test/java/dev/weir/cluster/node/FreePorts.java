package dev.weir.cluster.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Ports of the loopback address for what must know them before it listens: below the range that the
 * system gives to connections, which else might take one meanwhile, and none twice.
 */
public final class FreePorts {

  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  public static int one() {
    return take(1).getFirst();
  }

  public static List<Integer> take(int count) {
    return Stream.generate(() -> ThreadLocalRandom.current().nextInt(FIRST, LAST))
        .limit(10_000)
        .filter(port -> isFree(port) && TAKEN.add(port))
        .limit(count)
        .toList();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
