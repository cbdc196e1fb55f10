package dev.weir.gateway.caller;

import com.typesafe.config.Config;
import dev.weir.cluster.config.Keys;
import dev.weir.cluster.error.WeirError;
import dev.weir.orchestrator.response.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells who is asking from the bearer token. With keys configured, only they are let in. Without,
 * the user is whoever the token's hash says ({@code local} without a token), which is safe only
 * because such a node listens on loopback alone. Immutable.
 */
public final class Callers {

  private static final String SCHEME = "Bearer ";

  private final Map<String, Caller> byHash;

  private Callers(Map<String, Caller> byHash) {
    this.byHash = Map.copyOf(byHash);
  }

  /** Reads {@code weir.keys} and {@code weir.api-key}. */
  public static Callers from(Config weir) {
    Map<String, Caller> callers = new LinkedHashMap<>();
    Keys.named(weir, "keys", config -> config)
        .forEach(
            (name, key) -> {
              String hash = key.getString("sha256").toLowerCase(java.util.Locale.ROOT);
              Keys.check(
                  hash.matches("[0-9a-f]{64}"),
                  "weir.keys." + name + ".sha256",
                  "(hidden)",
                  "expected the SHA-256 of the key, 64 hexadecimal digits");
              String tenant = Keys.or(key, "tenant", key::getString, Caller.DEFAULT_TENANT);
              callers.put(hash, new Caller(tenant, key.getString("user")));
            });
    String single = Keys.or(weir, "api-key", weir::getString, "");
    if (!single.isBlank()) {
      callers.put(sha256(single), new Caller(Caller.DEFAULT_TENANT, "local"));
    }
    return new Callers(callers);
  }

  /** Whether any key is configured. */
  public boolean areKnown() {
    return !byHash.isEmpty();
  }

  /**
   * The caller behind an {@code Authorization} header.
   *
   * @throws dev.weir.cluster.error.WeirException unauthorized
   */
  public Caller of(Optional<String> authorization) {
    String token =
        authorization
            .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
            .map(header -> header.substring(SCHEME.length()).strip())
            .orElse("");
    if (areKnown()) {
      Caller caller = token.isEmpty() ? null : byHash.get(sha256(token));
      if (caller == null) {
        throw unauthorized(token.isEmpty()).asException();
      }
      return caller;
    }
    return new Caller(
        Caller.DEFAULT_TENANT, token.isEmpty() ? "local" : sha256(token).substring(0, 24));
  }

  private static WeirError unauthorized(boolean missing) {
    return new WeirError.Unauthorized(
        "invalid_api_key",
        missing
            ? "No API key given; send it as 'Authorization: Bearer <key>'."
            : "This API key is not known here.");
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
