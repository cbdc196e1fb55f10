package dev.weir.inference.embedding;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.serialization.WireMessage;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.queue.Asker;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Wants vectors of a deployment.
 *
 * @param tokens how many its inputs have, for the bound on what waits
 * @param replyTo hears {@link EmbedReply}; when it stops, what has not been sent is dropped
 */
public record EmbedRequest(
    EmbedId id,
    String deployment,
    Parcel<EmbedCall> call,
    long tokens,
    Asker asker,
    TraceContext trace,
    ActorRef<EmbedReply> replyTo)
    implements WireMessage {}
