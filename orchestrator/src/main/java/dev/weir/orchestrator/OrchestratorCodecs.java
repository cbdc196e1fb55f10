package dev.weir.orchestrator;

import dev.weir.cluster.conduit.Codec;
import dev.weir.cluster.conduit.WireCodec;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.inference.InferenceCodecs;
import dev.weir.inference.item.Tool;
import dev.weir.orchestrator.conversation.Packed;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseRequest;

/** How this module's values travel beside actor messages. */
public record OrchestratorCodecs(
    Codec<Numbered> events,
    Codec<ResponseRequest> requests,
    Codec<Response> responses,
    Codec<Packed.Inline> items) {

  private static final int ROOM = 1024;

  public static OrchestratorCodecs of(KryoCodec kryo) {
    return new OrchestratorCodecs(
        new WireCodec<>(kryo, Numbered.class, Numbered::size),
        new WireCodec<>(kryo, ResponseRequest.class, OrchestratorCodecs::size),
        new WireCodec<>(kryo, Response.class, OrchestratorCodecs::size),
        new WireCodec<>(
            kryo, Packed.Inline.class, packed -> bounded(InferenceCodecs.size(packed.items()))));
  }

  private static int size(ResponseRequest request) {
    long size = ROOM + InferenceCodecs.size(request.input());
    size += request.instructions() == null ? 0 : request.instructions().length();
    for (Tool tool : request.tools()) {
      size += tool.description().length() + tool.parameters().length();
    }
    return bounded(size);
  }

  private static int size(Response response) {
    return bounded(
        (long) size(response.request()) + InferenceCodecs.size(response.said().toList()));
  }

  private static int bounded(long size) {
    return (int) Math.min(Integer.MAX_VALUE / 2, size);
  }
}
