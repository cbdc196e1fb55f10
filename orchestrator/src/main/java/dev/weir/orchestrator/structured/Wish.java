package dev.weir.orchestrator.structured;

import dev.weir.inference.catalog.Structured;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.provider.ModelCall;

/** Tells a model in words which form its answer is to have, where its upstream has no mode. */
public final class Wish {

  private Wish() {}

  /** The call as a deployment that keeps to forms in this way is to have it. */
  public static ModelCall told(ModelCall call, Structured how) {
    if (how.of(call.format()) != Structured.VALIDATE) {
      return call;
    }
    return switch (call.format()) {
      case TextFormat.Plain plain -> call;
      case TextFormat.JsonObject object ->
          call.wishing("Answer with one JSON object and nothing else.");
      case TextFormat.JsonSchema schema ->
          call.wishing(
              "Answer with JSON that matches this JSON schema and nothing else:\n"
                  + schema.schema());
    };
  }
}
