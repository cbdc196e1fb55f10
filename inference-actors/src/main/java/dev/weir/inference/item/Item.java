package dev.weir.inference.item;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One entry of a conversation, as in Open Responses. Ids are unique in a conversation. Immutable;
 * crosses nodes and is stored.
 */
public sealed interface Item {

  String id();

  ItemStatus status();

  /** About how many bytes it takes. */
  default long size() {
    return 96
        + switch (this) {
          case Message message -> message.content().stream().mapToLong(Content::size).sum();
          case FunctionCall call -> call.name().length() + call.arguments().length();
          case FunctionCallOutput output -> output.output().length();
          case Reasoning reasoning -> reasoning.text().length();
        };
  }

  /** What of it a model reads, without roles and names of fields. */
  default String words() {
    return switch (this) {
      case Message message -> message.text();
      case FunctionCall call -> call.name() + call.arguments();
      case FunctionCallOutput output -> output.output();
      case Reasoning reasoning -> reasoning.text();
    };
  }

  /** Something said. */
  record Message(String id, ItemStatus status, Role role, List<Content> content) implements Item {
    public Message {
      content = List.copyOf(content);
    }

    /** All parts' words, joined by line breaks. */
    public String text() {
      return content.stream().map(Content::text).collect(Collectors.joining("\n"));
    }
  }

  /** A model asks its caller to run a function; {@code arguments} is JSON text. */
  record FunctionCall(String id, ItemStatus status, String callId, String name, String arguments)
      implements Item {}

  /** What the function returned. */
  record FunctionCallOutput(String id, ItemStatus status, String callId, String output)
      implements Item {}

  /** What the model thought, where the upstream shows it. */
  record Reasoning(String id, ItemStatus status, String text) implements Item {}

  /** A message of one text part, as a caller would write it. */
  static Message message(String id, Role role, String text) {
    Content part =
        role == Role.ASSISTANT ? new Content.OutputText(text) : new Content.InputText(text);
    return new Message(id, ItemStatus.COMPLETED, role, List.of(part));
  }
}
