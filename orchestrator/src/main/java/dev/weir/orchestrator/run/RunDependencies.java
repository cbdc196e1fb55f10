package dev.weir.orchestrator.run;

import dev.weir.cluster.conduit.Parcels;
import dev.weir.inference.item.Item;
import dev.weir.orchestrator.OrchestratorCodecs;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.conversation.Slice;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.pipeline.Pipelines;
import dev.weir.orchestrator.plan.StepDependencies;
import dev.weir.orchestrator.response.Response;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What runs and their host share on a node. */
public record RunDependencies(
    RunSettings settings,
    StepDependencies steps,
    ReaderStreams streams,
    Entities<Conversation.Command> conversations,
    Packer packer,
    RunArchive archive,
    Claims claims,
    Parcels parcels,
    OrchestratorCodecs codecs,
    Pipelines pipelines) {

  /** The answer that a response was found, small enough for a message. */
  RunHost.Found found(Response response, ActorRef<RunHost.Answer> replyTo) {
    return new RunHost.Found(parcels.wrapFor(replyTo, response, codecs.responses()));
  }

  /** The answer to whoever lists what was put in. */
  RunHost.Answer inputs(List<Item> input, Slice.Wanted wanted, ActorRef<RunHost.Answer> replyTo) {
    return Slice.of(input, wanted)
        .<RunHost.Answer>map(
            slice -> new RunHost.Inputs(packer.packFor(replyTo, slice.items()), slice.more()))
        .orElseGet(() -> new RunHost.Denied(Slice.noSuchItem()));
  }
}
