package dev.weir.inference;

import static java.util.Map.entry;

import dev.weir.cluster.serialization.WireTypes;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Version;
import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.change.CatalogFollower;
import dev.weir.inference.generation.Flights;
import dev.weir.inference.embedding.EmbedId;
import dev.weir.inference.embedding.EmbedReply;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import java.util.Map;

/** What this module sends to other nodes. */
public final class InferenceWire implements WireTypes {

  @Override
  public Map<Integer, Class<?>> types() {
    return Map.ofEntries(
        entry(1000, Role.class),
        entry(1001, ItemStatus.class),
        entry(1002, Content.InputText.class),
        entry(1003, Content.InputImage.class),
        entry(1004, Content.OutputText.class),
        entry(1005, Content.Refusal.class),
        entry(1006, Item.Message.class),
        entry(1007, Item.FunctionCall.class),
        entry(1008, Item.FunctionCallOutput.class),
        entry(1009, Item.Reasoning.class),
        entry(1010, Tool.class),
        entry(1011, ToolChoice.Auto.class),
        entry(1012, ToolChoice.None.class),
        entry(1013, ToolChoice.Required.class),
        entry(1014, ToolChoice.Function.class),
        entry(1015, ToolChoice.Allowed.class),
        entry(1016, TextFormat.Plain.class),
        entry(1017, TextFormat.JsonObject.class),
        entry(1018, TextFormat.JsonSchema.class),
        entry(1019, Usage.class),
        entry(1020, FinishReason.class),
        entry(1021, Delta.Text.class),
        entry(1022, Delta.Reasoning.class),
        entry(1023, Delta.Refusal.class),
        entry(1024, Delta.ToolCall.class),
        entry(1025, Delta.Consumed.class),
        entry(1026, Delta.Finished.class),
        entry(1027, ModelCall.class),
        entry(1028, ModelCall.Sampling.class),
        entry(1029, GenerationId.class),
        entry(1030, InferenceNode.Generate.class),
        entry(1031, InferenceNode.Observe.class),
        entry(1032, InferenceNode.Accepted.class),
        entry(1033, InferenceNode.Rejected.class),
        entry(1034, InferenceNode.Load.class),
        entry(1035, InferenceNode.Busy.class),
        entry(1037, InferenceNode.Started.class),
        entry(1036, Generation.Cancel.class),
        entry(1038, Asker.class),
        entry(1039, Workload.class),
        entry(1040, InferenceNode.Queued.class),
        entry(1060, CacheOrder.class),
        entry(1061, Origin.class),
        entry(1062, Delta.Came.class),
        entry(1063, Selection.class),
        entry(1064, Flights.Invalidate.class),
        entry(1065, Flights.Survey.class),
        entry(1066, Flights.Forgotten.class),
        entry(1067, Flights.Census.class),
        entry(1068, AnswerCache.Count.class),
        entry(1080, Section.class),
        entry(1081, CatalogDesk.Poll.class),
        entry(1082, CatalogDesk.Edit.class),
        entry(1083, CatalogDesk.RollBack.class),
        entry(1084, CatalogDesk.Look.class),
        entry(1085, CatalogDesk.Stored.class),
        entry(1086, CatalogDesk.Refused.class),
        entry(1087, CatalogDesk.Past.class),
        entry(1088, Version.class),
        entry(1089, CatalogFollower.Follow.class),
        entry(1070, EmbedId.class),
        entry(1071, EmbedRequest.class),
        entry(1072, EmbedReply.Accepted.class),
        entry(1073, EmbedReply.Started.class),
        entry(1074, EmbedReply.Embedded.class),
        entry(1075, EmbedReply.Refused.class),
        entry(1076, InferenceNode.Embed.class),
        entry(1077, EmbedCall.class),
        entry(1078, Vectors.class),
        entry(1090, Price.class));
  }
}
