package dev.weir.orchestrator.structured;

import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.List;

/** Asks a model once more: with its answer, and with what was wrong with it. */
public final class Repair {

  private Repair() {}

  public static ModelCall of(ModelCall call, String answer, String complaint) {
    List<Item> items = new ArrayList<>(call.items());
    items.add(Item.message("msg_draft", Role.ASSISTANT, answer));
    items.add(
        Item.message(
            "msg_complaint",
            Role.USER,
            "Your answer does not have the form that was asked for:\n"
                + complaint
                + "\nAnswer again with the corrected JSON alone: no other words, no code fence."));
    return call.withItems(items);
  }
}
