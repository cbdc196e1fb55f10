package dev.weir.gateway.chat;

import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.ItemReader;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Reads chat messages as the items they mean: an assistant's message may be several. */
public final class MessageReader {

  private static final List<String> ROLES =
      List.of("developer", "system", "user", "assistant", "tool");

  private final ItemReader items;
  private final Supplier<String> unique;

  /**
   * A reader of messages.
   *
   * @param unique makes the distinct part of the items' ids
   */
  public MessageReader(ItemReader items, Supplier<String> unique) {
    this.items = items;
    this.unique = unique;
  }

  /** The items of all {@code messages}. */
  List<Item> read(Fields body) {
    List<Item> read = new ArrayList<>();
    body.list("messages", message -> read.addAll(message(message)));
    if (read.isEmpty()) {
      throw body.error("messages", "Missing required parameter: 'messages'; give at least one.");
    }
    return read;
  }

  private List<Item> message(Fields message) {
    String role = message.required("role");
    if (!ROLES.contains(role)) {
      throw message.error(
          "role",
          "Invalid value: '%s' for '%s'; supported: %s."
              .formatted(role, message.path("role"), ROLES));
    }
    return switch (role) {
      case "tool" -> List.of(result(message));
      case "assistant" -> assistant(message);
      default -> List.of(said(message));
    };
  }

  private Item said(Fields message) {
    return Objects.requireNonNull(items.item(message), "a message is no extension item");
  }

  private Item result(Fields message) {
    return new Item.FunctionCallOutput(
        "fco_" + unique.get(),
        ItemStatus.COMPLETED,
        message.required("tool_call_id"),
        ItemReader.text(message, "content"));
  }

  private List<Item> assistant(Fields message) {
    List<Item> read = new ArrayList<>();
    if (message.has("content")) {
      read.add(said(message));
    }
    read.addAll(message.list("tool_calls", this::call));
    if (read.isEmpty()) {
      throw message.error("content", "An assistant's message needs 'content' or 'tool_calls'.");
    }
    return read;
  }

  private Item call(Fields call) {
    Fields function = call.object("function");
    if (function == null) {
      throw call.error("function", "Missing required parameter: '" + call.path("function") + "'.");
    }
    return new Item.FunctionCall(
        "fc_" + unique.get(),
        ItemStatus.COMPLETED,
        call.required("id"),
        function.required("name"),
        function.string("arguments", "{}"));
  }
}
