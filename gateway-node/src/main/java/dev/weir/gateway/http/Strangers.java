package dev.weir.gateway.http;

import dev.weir.cluster.error.WeirError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Guards a node without keys. It trusts whoever reaches its loopback port; a web page somewhere
 * must not be able to, neither by its own origin nor by a name that resolves to us.
 */
public final class Strangers {

  private final Cors cors;

  /** Allows no pages but those of this machine. */
  public Strangers() {
    this(new Cors(List.of()));
  }

  Strangers(Cors cors) {
    this.cors = cors;
  }

  /**
   * Throws unless the request was sent to, and by a page of, this machine.
   *
   * @throws dev.weir.cluster.error.WeirException forbidden
   */
  public void refuse(HttpRequest request) {
    boolean ownHost =
        request
            .getHeader("Host")
            .map(HttpHeader::value)
            .map(Strangers::withoutPort)
            .map(HttpSettings::isLoopback)
            .orElse(true);
    boolean ownOrigin =
        request
            .getHeader("Origin")
            .map(HttpHeader::value)
            .map(origin -> cors.allows(origin) || isLocal(origin))
            .orElse(true);
    if (!ownHost || !ownOrigin) {
      throw new WeirError.Forbidden(
              "foreign_origin",
              "Without configured keys Weir answers only local callers; configure a key, or use"
                  + " a loopback address.")
          .asException();
    }
  }

  private static boolean isLocal(String origin) {
    try {
      String host = new URI(origin).getHost();
      return host != null && HttpSettings.isLoopback(host);
    } catch (URISyntaxException opaque) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
