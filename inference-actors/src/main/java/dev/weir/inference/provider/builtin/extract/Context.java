package dev.weir.inference.provider.builtin.extract;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.builtin.extract.text.Corpus;
import dev.weir.inference.provider.builtin.extract.text.Passage.Origin;
import dev.weir.inference.provider.builtin.extract.text.Sentence;
import dev.weir.inference.provider.builtin.extract.text.Sentences;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A call, sorted out: the message to answer, what was said before it, and the outputs of functions
 * that came after it.
 *
 * @param message the last thing the user said; empty if the user said nothing
 */
record Context(ModelCall call, String message, List<Item> before, List<String> outputs) {

  static Context of(ModelCall call) {
    List<Item> items = call.items();
    int last = items.size() - 1;
    while (last >= 0 && !isFromUser(items.get(last))) {
      last--;
    }
    List<String> outputs = new ArrayList<>();
    for (Item item : items.subList(last + 1, items.size())) {
      if (item instanceof Item.FunctionCallOutput output) {
        outputs.add(output.output());
      }
    }
    String message = last < 0 ? "" : text((Item.Message) items.get(last));
    return new Context(call, message, items.subList(0, Math.max(0, last)), List.copyOf(outputs));
  }

  /** What the assistant said last before the message; empty for nothing. */
  String lastReply() {
    for (Item item : before.reversed()) {
      if (item instanceof Item.Message message) {
        return message.role() == Role.ASSISTANT ? text(message) : "";
      }
    }
    return "";
  }

  /** What the user said before the last reply; empty for nothing. */
  String previousMessage() {
    return before.reversed().stream()
        .filter(Context::isFromUser)
        .map(item -> text((Item.Message) item))
        .findFirst()
        .orElse("");
  }

  /** All there is to answer from: instructions, what was said before, {@code body}, outputs. */
  Corpus corpus(List<Sentence> body, Runnable checkpoint) {
    Corpus.Builder corpus = new Corpus.Builder(checkpoint);
    corpus.add(Origin.INSTRUCTIONS, Sentences.of(call.instructions()));
    before.forEach(item -> add(item, corpus));
    corpus.add(Origin.QUESTION_MESSAGE, body);
    outputs.forEach(output -> corpus.add(Origin.TOOL, Sentences.of(Outputs.readable(output))));
    return corpus.build();
  }

  private static void add(Item item, Corpus.Builder corpus) {
    switch (item) {
      case Item.Message message -> add(message, corpus);
      case Item.FunctionCallOutput output ->
          corpus.add(Origin.TOOL, Sentences.of(Outputs.readable(output.output())));
      case Item.FunctionCall call -> {}
      case Item.Reasoning reasoning -> {}
    }
  }

  private static void add(Item.Message message, Corpus.Builder corpus) {
    String text = text(message);
    switch (message.role()) {
      case USER -> corpus.add(Origin.USER, Sentences.of(text));
      case SYSTEM, DEVELOPER -> corpus.add(Origin.INSTRUCTIONS, Sentences.of(text));
      case ASSISTANT -> {
        if (!Phrases.isOwn(text)) {
          corpus.add(Origin.ASSISTANT, Sentences.of(text));
        }
      }
    }
  }

  /** The parts' words; each part is a paragraph of its own. */
  private static String text(Item.Message message) {
    return message.content().stream()
        .map(Content::text)
        .filter(text -> !text.isBlank())
        .collect(Collectors.joining("\n\n"))
        .strip();
  }

  private static boolean isFromUser(Item item) {
    return item instanceof Item.Message message && message.role() == Role.USER;
  }
}
