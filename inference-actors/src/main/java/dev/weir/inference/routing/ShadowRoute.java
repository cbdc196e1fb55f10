package dev.weir.inference.routing;

import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.catalog.Shadow;
import dev.weir.inference.generation.InferenceNode;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * Where a call is sent a second time.
 *
 * @param model as metrics call it
 * @param node null when there is none that could take it
 */
public record ShadowRoute(
    String model,
    Shadow shadow,
    Deployment deployment,
    @Nullable ActorRef<InferenceNode.Command> node) {}
