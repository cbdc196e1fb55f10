package dev.weir.gateway.admin;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.gateway.http.HttpSettings;

/**
 * Where operators reach this node.
 *
 * @param port 0 for any free port
 * @param key what they must show; empty: nothing, and only loopback is served
 */
public record AdminSettings(String host, int port, String key) {

  public AdminSettings {
    Keys.check(port >= 0 && port <= 65_535, "weir.admin.port", port, "0 to 65535");
    Keys.check(
        !key.isBlank() || HttpSettings.isLoopback(host),
        "weir.admin.host",
        host,
        "is open to others, but there is no admin key: set weir.admin.key (WEIR_ADMIN_KEY), or"
            + " listen on 127.0.0.1");
  }

  /** Reads {@code weir.admin}. */
  public static AdminSettings from(Config weir) {
    Config admin = weir.getConfig("admin");
    return new AdminSettings(admin.getString("host"), admin.getInt("port"), admin.getString("key"));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "AdminSettings[" + host + ":" + port + "]";
  }
}
