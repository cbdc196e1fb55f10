package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads input items, in all the forms that clients write them. */
public final class ItemReader {

  private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");
  private static final List<String> TEXTS =
      List.of("input_text", "text", "output_text", "summary_text", "reasoning_text");

  private final Supplier<String> unique;

  /**
   * A reader that names what clients left unnamed.
   *
   * @param unique makes the distinct part of ids that clients left out
   */
  public ItemReader(Supplier<String> unique) {
    this.unique = unique;
  }

  /** The input at {@code name}: a text, or an array of items. */
  public List<Item> input(Fields fields, String name) {
    JsonNode node = fields.raw(name);
    if (node != null && node.isTextual()) {
      return List.of(Item.message(id("msg"), Role.USER, node.textValue()));
    }
    return fields.list(name, this::item);
  }

  /** One item; null for Weir's own extension items, which clients may send back. */
  public @Nullable Item item(Fields item) {
    String type = item.string("type", "message");
    if (type.startsWith("weir:")) {
      return null;
    }
    return switch (type) {
      case "message" -> message(item);
      case "function_call" ->
          new Item.FunctionCall(
              item.string("id", id("fc")),
              ItemStatus.COMPLETED,
              item.required("call_id"),
              item.required("name"),
              item.string("arguments", "{}"));
      case "function_call_output" ->
          new Item.FunctionCallOutput(
              item.string("id", id("fco")),
              ItemStatus.COMPLETED,
              item.required("call_id"),
              text(item, "output"));
      case "reasoning" ->
          new Item.Reasoning(item.string("id", id("rs")), ItemStatus.COMPLETED, thought(item));
      case "item_reference" ->
          throw item.error("type", "Item references are not supported here; send the item itself.");
      default ->
          throw item.error(
              "type",
              "Invalid value: '%s'; supported item types: message, function_call, function_call_output, reasoning."
                  .formatted(type));
    };
  }

  private Item message(Fields item) {
    String word = item.oneOf("role", ROLES);
    if (word == null) {
      throw item.error("role", "Missing required parameter: '" + item.path("role") + "'.");
    }
    Role role = Role.valueOf(word.toUpperCase(java.util.Locale.ROOT));
    return new Item.Message(
        item.string("id", id("msg")), ItemStatus.COMPLETED, role, content(item, role));
  }

  private static List<Content> content(Fields item, Role role) {
    JsonNode node = item.raw("content");
    if (node == null) {
      throw item.error("content", "Missing required parameter: '" + item.path("content") + "'.");
    }
    if (node.isTextual()) {
      return List.of(text(role, node.textValue()));
    }
    return item.list("content", part -> part(part, role));
  }

  private static Content part(Fields part, Role role) {
    String type = part.string("type", "");
    return switch (type) {
      case "input_text", "text", "output_text", "summary_text", "reasoning_text" ->
          text(role, part.string("text", ""));
      case "refusal" -> new Content.Refusal(part.string("refusal", ""));
      case "input_image" ->
          new Content.InputImage(part.required("image_url"), part.string("detail", "auto"));
      case "image_url" -> {
        Fields image = part.object("image_url");
        if (image == null) {
          throw part.error(
              "image_url", "Missing required parameter: '" + part.path("image_url") + "'.");
        }
        yield new Content.InputImage(image.required("url"), image.string("detail", "auto"));
      }
      default ->
          throw part.error(
              "type",
              "Invalid value: '%s'; supported content types: input_text, output_text, refusal, input_image."
                  .formatted(type));
    };
  }

  private static Content text(Role role, String text) {
    return role == Role.ASSISTANT ? new Content.OutputText(text) : new Content.InputText(text);
  }

  /** A function's output or the like at {@code name}: a text, or text parts. */
  public static String text(Fields item, String name) {
    JsonNode node = item.raw(name);
    if (node == null) {
      throw item.error(name, "Missing required parameter: '" + item.path(name) + "'.");
    }
    return node.isTextual() ? node.textValue() : joined(item, name);
  }

  private static String thought(Fields item) {
    String content = joined(item, "content");
    return content.isEmpty() ? joined(item, "summary") : content;
  }

  private static String joined(Fields item, String name) {
    return String.join("\n", item.list(name, ItemReader::partText));
  }

  private static String partText(Fields part) {
    String type = part.string("type", "text");
    if (!TEXTS.contains(type)) {
      throw part.error(
          "type", "Invalid value: '%s'; only text can be given here: %s.".formatted(type, TEXTS));
    }
    return part.string("text", "");
  }

  private String id(String prefix) {
    return prefix + "_" + unique.get();
  }
}
