package dev.weir.inference.provider.builtin.extract;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.catalog.Deployment;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.token.TokenCounter;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a call into the deltas of its answer: decide, write, cap, count. Plain and deterministic.
 */
final class Answer {

  private static final TokenCounter COUNTER = TokenCounter.estimate();

  private Answer() {}

  /**
   * All deltas of the answer to {@code call}.
   *
   * @param checkpoint run between steps; throws to give up
   */
  static List<Delta> to(ModelCall call, Deployment deployment, Runnable checkpoint) {
    long input = input(call);
    if (input > deployment.contextWindow()) {
      throw tooLong(input, deployment).asException();
    }
    checkpoint.run();
    int cap = Math.min(call.maxOutputTokens(), deployment.maxOutput());
    return switch (reply(Context.of(call), checkpoint)) {
      case Reply.Words words -> words(words.text(), input, cap);
      case Reply.Calls calls -> calls(calls.calls(), CallIds.of(call), input, cap);
    };
  }

  private static Reply reply(Context context, Runnable checkpoint) {
    var calls = new ToolUse(context).decide();
    if (calls.isPresent()) {
      return calls.get();
    }
    Writer writer = new Writer(context, checkpoint);
    Structured structured = new Structured(context, writer::write);
    return new Reply.Words(
        switch (context.call().format()) {
          case TextFormat.Plain plain -> writer.write();
          case TextFormat.JsonObject object -> structured.writeObject();
          case TextFormat.JsonSchema schema -> structured.write(schema);
        });
  }

  private static List<Delta> words(String text, long input, int cap) {
    String said = Pieces.cap(text, cap, COUNTER);
    List<Delta> deltas = new ArrayList<>();
    Pieces.of(said).forEach(piece -> deltas.add(new Delta.Text(piece)));
    boolean whole = said.length() == text.length();
    return finished(
        deltas, input, COUNTER.count(said), whole ? FinishReason.STOP : FinishReason.LENGTH);
  }

  private static List<Delta> calls(List<Reply.Call> calls, String id, long input, int cap) {
    List<Delta> deltas = new ArrayList<>();
    long output = 0;
    for (int index = 0; index < calls.size(); index++) {
      Reply.Call call = calls.get(index);
      long left = cap - output - COUNTER.count(call.name());
      String said = left <= 0 ? "" : Pieces.cap(call.arguments(), (int) left, COUNTER);
      if (left > 0) {
        deltas.add(new Delta.ToolCall(index, id + index, call.name(), ""));
        for (String piece : Pieces.of(said)) {
          deltas.add(new Delta.ToolCall(index, "", "", piece));
        }
        output += COUNTER.count(call.name()) + COUNTER.count(said);
      }
      if (said.length() < call.arguments().length()) {
        return finished(deltas, input, output, FinishReason.LENGTH);
      }
    }
    return finished(deltas, input, output, FinishReason.TOOL_CALLS);
  }

  private static List<Delta> finished(
      List<Delta> deltas, long input, long output, FinishReason reason) {
    deltas.add(new Delta.Consumed(new Usage(input, 0, output, 0)));
    deltas.add(new Delta.Finished(reason));
    return deltas;
  }

  private static long input(ModelCall call) {
    long tokens = COUNTER.count(call.instructions());
    for (Item item : call.items()) {
      tokens +=
          switch (item) {
            case Item.Message message -> message.content().stream().mapToLong(Answer::tokens).sum();
            case Item.FunctionCall made ->
                COUNTER.count(made.name()) + COUNTER.count(made.arguments());
            case Item.FunctionCallOutput output -> COUNTER.count(output.output());
            case Item.Reasoning reasoning -> COUNTER.count(reasoning.text());
          };
    }
    for (Tool tool : call.tools()) {
      tokens +=
          COUNTER.count(tool.name())
              + COUNTER.count(tool.description())
              + COUNTER.count(tool.parameters());
    }
    return tokens;
  }

  private static long tokens(Content content) {
    return COUNTER.count(content.text());
  }

  private static WeirError tooLong(long input, Deployment deployment) {
    return new WeirError.InvalidRequest(
        "context_length_exceeded",
        "The input is about %d tokens; '%s' reads at most %d."
            .formatted(input, deployment.name(), deployment.contextWindow()),
        "input");
  }
}
