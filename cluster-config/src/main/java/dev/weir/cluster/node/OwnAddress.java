package dev.weir.cluster.node;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The one address at which other nodes reach this machine, as configured or, for {@code auto},
 * found: what the machine's name resolves to, unless that is loopback, else the only address there
 * is.
 */
public final class OwnAddress {

  private static final String AUTO = "auto";

  private OwnAddress() {}

  /**
   * Reads {@code host}, the value of {@code key}.
   *
   * @throws ConfigException naming the key, when it is none, or auto and this machine has none or
   *     several
   */
  public static String of(String key, String host) {
    check(!host.isBlank(), key, "\"\"", "name the address other nodes reach, or auto");
    check(
        !host.equals("0.0.0.0") && !host.equals("::"),
        key,
        host,
        "name the one address other nodes reach, or auto");
    return host.equals(AUTO) ? choose(key, byName(), all()) : spelled(host);
  }

  /** One spelling for the loopback address, or nodes would not recognise themselves. */
  static String spelled(String host) {
    return host.equals("localhost") ? "127.0.0.1" : host;
  }

  /**
   * Decides.
   *
   * @param byName what the machine's name resolves to
   * @param all the addresses of its interfaces
   */
  static String choose(String key, Optional<InetAddress> byName, List<InetAddress> all) {
    if (byName.filter(OwnAddress::isReachable).isPresent()) {
      return byName.get().getHostAddress();
    }
    List<InetAddress> reachable = all.stream().filter(OwnAddress::isReachable).toList();
    List<InetAddress> v4 = reachable.stream().filter(Inet4Address.class::isInstance).toList();
    List<InetAddress> candidates = v4.isEmpty() ? reachable : v4;
    check(!candidates.isEmpty(), key, AUTO, "this machine has no address but loopback; name one");
    check(
        candidates.size() == 1,
        key,
        AUTO,
        candidates.stream()
            .map(InetAddress::getHostAddress)
            .collect(
                Collectors.joining(", ", "this machine has several addresses, name one of ", "")));
    return candidates.getFirst().getHostAddress();
  }

  private static boolean isReachable(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isAnyLocalAddress();
  }

  private static Optional<InetAddress> byName() {
    try {
      return Optional.of(InetAddress.getLocalHost());
    } catch (UnknownHostException nameless) {
      return Optional.empty();
    }
  }

  private static List<InetAddress> all() {
    try {
      return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
