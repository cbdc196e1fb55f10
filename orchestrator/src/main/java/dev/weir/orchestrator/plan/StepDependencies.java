package dev.weir.orchestrator.plan;

import dev.weir.cluster.conduit.Conduit;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.routing.InferenceRouter;
import dev.weir.inference.shadow.cluster.Shadows;
import dev.weir.inference.token.TokenCounter;
import dev.weir.orchestrator.user.Settlements;
import dev.weir.orchestrator.user.User;
import dev.weir.orchestrator.user.UserDirectory;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;

/** What steps share on a node. */
public record StepDependencies(
    ActorRef<InferenceRouter.Command> router,
    ActorRef<Shadows.Command> shadows,
    ActorRef<ShardingEnvelope<User.Command>> users,
    ActorRef<Settlements.Command> settlements,
    UserDirectory tiers,
    Conduit conduit,
    InferenceCodecs codecs,
    TokenCounter counter,
    InputMargins margins,
    InstantSource clock,
    RandomGenerator random) {}
