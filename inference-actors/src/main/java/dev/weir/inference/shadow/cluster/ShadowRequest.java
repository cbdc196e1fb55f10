package dev.weir.inference.shadow.cluster;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.routing.ShadowRoute;
import java.util.function.Supplier;

/**
 * One call that a shadow is to be asked, too.
 *
 * @param id of the shadow's generation
 * @param shown the name of the deployment whose answer is shown
 * @param call makes what is sent; fails with a {@link dev.weir.cluster.error.WeirException} where
 *     the shadow has no room for it. Called by another actor
 */
public record ShadowRequest(
    GenerationId id, ShadowRoute route, String shown, TraceContext trace, Supplier<Prepared> call) {

  /**
   * What is sent.
   *
   * @param call with its output cap
   * @param inputTokens how many of {@code tokens} are input
   * @param tokens how many it may take
   */
  public record Prepared(ModelCall call, long inputTokens, long tokens) {}
}
