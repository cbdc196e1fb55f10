package dev.weir.orchestrator.plan;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a plan's calls into steps of one response. Tools and the answer's format are the last
 * step's alone; so is the conversation's node, while the others spread over all nodes.
 */
final class StepCalls {

  private final Plan plan;
  private final StepSpec whole;
  private final String unique;

  StepCalls(Plan plan, StepSpec whole) {
    this.plan = plan;
    this.whole = whole;
    this.unique = whole.responseId().substring(whole.responseId().lastIndexOf('_') + 1);
  }

  /** The id under which a step is shown. */
  String itemId(Plan.Generate call) {
    return "step_" + unique + "_" + call.id();
  }

  StepSpec spec(Plan.Generate call, Map<String, String> said) {
    boolean last = call.id().equals(plan.last().id());
    return new StepSpec(
        call.id(),
        whole.responseId(),
        whole.caller(),
        plan.model(),
        modelCall(call, said, last),
        call.maxOutputTokens(),
        whole.truncate(),
        last ? whole.affinity() : "",
        whole.workload(),
        whole.trace(),
        whole.allowance());
  }

  private ModelCall modelCall(Plan.Generate call, Map<String, String> said, boolean last) {
    ModelCall asked = whole.call();
    Prompt prompt = call.prompt();
    List<Item> items = new ArrayList<>(prompt.before());
    String message = prompt.fill(said);
    if (!message.isEmpty()) {
      items.add(Item.message("msg_" + unique + "_" + call.id(), Role.USER, message));
    }
    Map<String, String> metadata = new HashMap<>(asked.metadata());
    metadata.putAll(prompt.metadata());
    return new ModelCall(
        prompt.instructions(),
        items,
        last ? asked.tools() : List.<Tool>of(),
        last ? asked.toolChoice() : new ToolChoice.Auto(),
        asked.parallelToolCalls(),
        last ? asked.format() : new TextFormat.Plain(),
        1,
        asked.sampling(),
        asked.reasoningEffort(),
        metadata,
        asked.user());
  }
}
