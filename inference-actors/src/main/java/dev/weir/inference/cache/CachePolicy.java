package dev.weir.inference.cache;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.CacheSettings;
import dev.weir.inference.catalog.CacheSettings.Scope;
import dev.weir.inference.catalog.Deployment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which calls share answers. A request says so itself by {@code weir.cache} in its
 * metadata: {@code on}, {@code off}, or {@code refresh} for a new answer that replaces the kept
 * one. One that says nothing is a matter of the deployment's settings; by {@code deterministic}
 * those without tools and with {@code temperature} 0 are taken, and every one of an engine that is
 * built in. No temperature is the upstream's own, which is not 0.
 */
public final class CachePolicy {

  /** The key of a request's metadata that asks for the cache. */
  public static final String WISH = "weir.cache";

  /** The key of a request's metadata by whose value its answer can be invalidated. */
  public static final String TAG = "weir.cache_tag";

  private static final String BUILTIN = "builtin";

  private CachePolicy() {}

  /**
   * How {@code call} shares the answer of {@code deployment}; empty when it does not.
   *
   * @param outputCap as it is sent upstream, or 0 for where to send it: the same for all caps
   * @throws dev.weir.cluster.error.WeirException when the request asks for what there is not
   */
  public static Optional<CacheOrder> order(Deployment deployment, CacheCall call, int outputCap) {
    String wish = call.metadata(WISH);
    boolean shared =
        switch (wish) {
          case "" -> unasked(deployment, call);
          case "on", "refresh" -> deployment.cache().calls() != CacheSettings.Calls.NONE;
          case "off" -> false;
          default -> throw unknown(wish).asException();
        };
    return shared
        ? Optional.of(
            new CacheOrder(
                key(deployment, call, outputCap, call.digest()),
                call.model(),
                deployment.name(),
                call.metadata(TAG),
                wish.equals("refresh"),
                deployment.cache().ttl().toMillis(),
                question(deployment, call, outputCap)))
        : Optional.empty();
  }

  private static boolean unasked(Deployment deployment, CacheCall call) {
    return switch (deployment.cache().calls()) {
      case NONE, ASKED -> false;
      case DETERMINISTIC ->
          call.isDeterministic() || (deployment.provider().equals(BUILTIN) && !call.hasTools());
      case ALL -> true;
    };
  }

  /** Vectors of different embeddings are never compared. */
  private static @Nullable Question question(Deployment deployment, CacheCall call, int outputCap) {
    CacheSettings.Semantic semantic = deployment.cache().semantic();
    String text = semantic.enabled() ? call.question() : null;
    return text == null
        ? null
        : new Question(
            key(
                deployment,
                call,
                outputCap,
                new Digest().add(semantic.embeddings()).add(call.kin()).text()),
            text);
  }

  private static String key(Deployment deployment, CacheCall call, int outputCap, String asked) {
    boolean tenant = deployment.cache().scope() == Scope.TENANT;
    return new Digest()
        .add(deployment.cache().scope())
        .add(tenant ? call.tenant() : call.user())
        .add(call.model())
        .add(deployment.name())
        .add(deployment.provider())
        .add(deployment.upstreamModel())
        .add(call.metadata(TAG))
        .add(asked)
        .add(outputCap)
        .text();
  }

  private static WeirError unknown(String wish) {
    return new WeirError.InvalidRequest(
        "invalid_value",
        "Invalid value: '" + wish + "' for 'metadata." + WISH + "'; use on, off or refresh.",
        "metadata");
  }
}
