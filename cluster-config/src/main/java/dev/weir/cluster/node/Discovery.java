package dev.weir.cluster.node;

import static dev.weir.cluster.config.Keys.check;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import java.util.List;
import java.util.Locale;

/**
 * Where a node looks for the others before it makes a cluster of its own.
 *
 * @param serviceName the name that DNS knows the nodes by
 * @param requiredContactPoints how many must answer before a new cluster may begin
 */
public record Discovery(
    Method method, List<Endpoint> contactPoints, String serviceName, int requiredContactPoints) {

  private static final String ROOT = "weir.cluster.";

  /** Named contact points, or whatever DNS answers. */
  public enum Method {
    CONFIG,
    DNS
  }

  /** A host and the management port of its node. */
  public record Endpoint(String host, int port) {

    static Endpoint parse(String text) {
      String key = ROOT + "contact-points";
      int colon = text.lastIndexOf(':');
      check(
          colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}"),
          key,
          text,
          "expected host:port");
      int port = Integer.parseInt(text.substring(colon + 1));
      check(port > 0 && port <= 65_535, key, text, "the port is none");
      return new Endpoint(OwnAddress.spelled(text.substring(0, colon)), port);
    }
  }

  public Discovery {
    contactPoints = List.copyOf(contactPoints);
    check(!serviceName.isBlank(), ROOT + "service-name", "\"\"", "expected a name");
    check(
        requiredContactPoints >= 1,
        ROOT + "required-contact-points",
        requiredContactPoints,
        "expected 1 or more, or auto");
    check(
        method == Method.DNS
            || contactPoints.isEmpty()
            || requiredContactPoints <= contactPoints.size(),
        ROOT + "required-contact-points",
        requiredContactPoints,
        "more than weir.cluster.contact-points names");
  }

  static Discovery from(Config config) {
    List<Endpoint> contactPoints =
        Keys.list(config, ROOT + "contact-points").stream().map(Endpoint::parse).toList();
    Method method = method(config.getString(ROOT + "discovery"));
    return new Discovery(
        method,
        contactPoints,
        config.getString(ROOT + "service-name"),
        required(config, method, contactPoints.size()));
  }

  /** By default the majority of those named, so that two halves cannot both begin. */
  private static int required(Config config, Method method, int named) {
    String key = ROOT + "required-contact-points";
    if (!config.getString(key).equals("auto")) {
      return config.getInt(key);
    }
    return method == Method.DNS ? 2 : named / 2 + 1;
  }

  private static Method method(String text) {
    for (Method method : Method.values()) {
      if (method.name().toLowerCase(Locale.ROOT).equals(text)) {
        return method;
      }
    }
    check(false, ROOT + "discovery", text, "expected config or dns");
    throw new AssertionError(text);
  }
}
