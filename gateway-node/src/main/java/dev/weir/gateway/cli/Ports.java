package dev.weir.gateway.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.Set;

/** Which ports nodes take. */
final class Ports {

  /** Below what operating systems hand out by themselves, so that none is taken meanwhile. */
  private static final int FIRST_INTERNAL = 20_000;

  private static final int LAST_INTERNAL = 32_000;
  private static final int ADMIN_ABOVE_HTTP = 1000;

  private Ports() {}

  /** The first node's admin port, for the first node's HTTP port: 9080 for 8080. */
  static int adminOf(int http) {
    return http + ADMIN_ABOVE_HTTP <= 64_000 ? http + ADMIN_ABOVE_HTTP : http - ADMIN_ABOVE_HTTP;
  }

  static boolean isFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  /** A free port of the loopback address that is none of {@code others}. */
  static int internal(Random random, Set<Integer> others) {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = random.nextInt(FIRST_INTERNAL, LAST_INTERNAL);
      if (!others.contains(port) && isFree("127.0.0.1", port)) {
        return port;
      }
    }
    throw new Failure(
        "No free port between " + FIRST_INTERNAL + " and " + LAST_INTERNAL + " on 127.0.0.1.");
  }
}
