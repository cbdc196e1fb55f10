package dev.weir.inference.provider.upstream;

import dev.weir.cluster.config.Keys;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.provider.Terms;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The header by which an upstream knows a call that it has already had, whose answer was lost on
 * the way. Its value is a digest of the call's name, the deployment and the body: the same call of
 * the same deployment has the same, on whatever node it is made, and no other call has it.
 *
 * @param header its name; empty for none
 */
public record Idempotency(String header, String deployment) {

  private static final String OPTION = "idempotency-header";
  private static final int BYTES = 16;

  /**
   * As the deployment's {@code idempotency-header} says, else {@code usual}.
   *
   * @throws com.typesafe.config.ConfigException when it cannot be the name of a header
   */
  public static Idempotency from(Deployment deployment, String usual) {
    String given =
        Keys.or(deployment.options(), OPTION, deployment.options()::getString, usual).strip();
    Keys.check(
        given.matches("[A-Za-z0-9-]{0,64}"),
        deployment.key(OPTION),
        given,
        "write the name of a header, such as Idempotency-Key, or nothing for none");
    return new Idempotency(given, deployment.name());
  }

  /** {@code headers} for a call with that body, which is a part of it. */
  Map<String, String> with(Map<String, String> headers, Terms terms, byte[] body) {
    if (header.isEmpty() || terms.name().isEmpty()) {
      return headers;
    }
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(header, key(terms.name(), body));
    return all;
  }

  private String key(String name, byte[] body) {
    MessageDigest digest = sha256();
    digest.update((name + "\n" + deployment + "\n").getBytes(StandardCharsets.UTF_8));
    return "weir-" + HexFormat.of().formatHex(digest.digest(body), 0, BYTES);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
