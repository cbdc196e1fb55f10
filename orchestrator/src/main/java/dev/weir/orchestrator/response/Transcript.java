package dev.weir.orchestrator.response;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.Delta;
import dev.weir.orchestrator.response.ResponseEvent.Grown;
import dev.weir.orchestrator.response.ResponseEvent.ItemAdded;
import dev.weir.orchestrator.response.ResponseEvent.ItemDone;
import dev.weir.orchestrator.response.ResponseEvent.Kind;
import dev.weir.orchestrator.response.ResponseEvent.PartAdded;
import dev.weir.orchestrator.response.ResponseEvent.PartDone;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import dev.weir.orchestrator.response.ResponseEvent.TextDone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns deltas into output items and the events that announce them: a delta of another kind, or of
 * another tool call, closes the open item and opens the next.
 *
 * <p>Not thread safe.
 */
public final class Transcript {

  private final String prefix;
  private final Consumer<ResponseEvent> events;
  private final List<OutputItem> output = new ArrayList<>();
  private final Map<String, Integer> openAt = new HashMap<>();
  private int named;
  private @Nullable Open open;

  /**
   * @param prefix what makes items' ids distinct from those of other transcripts; a number follows
   * @param events gets every event in order
   */
  public Transcript(String prefix, Consumer<ResponseEvent> events) {
    this.prefix = prefix;
    this.events = events;
  }

  /** Takes one delta; {@code Consumed}, {@code Came} and {@code Finished} change nothing here. */
  public void add(Delta delta) {
    switch (delta) {
      case Delta.Text(String text) -> part(Kind.TEXT).grow(text);
      case Delta.Refusal(String text) -> part(Kind.REFUSAL).grow(text);
      case Delta.Reasoning(String text) -> reasoning().grow(text);
      case Delta.ToolCall call -> toolCall(call).grow(call.arguments());
      case Delta.Consumed consumed -> {}
      case Delta.Came came -> {}
      case Delta.Finished finished -> {}
    }
  }

  /** Opens an item; from outside one that is not the model's, such as a pipeline's step. */
  public void open(OutputItem item) {
    int index = output.size();
    output.add(item);
    openAt.put(item.id(), index);
    events.accept(new ItemAdded(index, item));
  }

  /** Closes the open item that has this one's id; this is its final form. */
  public void close(OutputItem item) {
    int index = openAt.remove(item.id());
    output.set(index, item);
    events.accept(new ItemDone(index, item));
  }

  /** Closes what is open, as {@code COMPLETED} or as {@code INCOMPLETE}. */
  public void finish(ItemStatus status) {
    if (open != null) {
      open.close(status);
      open = null;
    }
  }

  /** The items so far, open ones as they were announced. */
  public List<OutputItem> output() {
    return List.copyOf(output);
  }

  private Open part(Kind kind) {
    Open current = open;
    if (current == null || !current.isMessage()) {
      finish(ItemStatus.COMPLETED);
      current = announce(new Message("msg_" + unique(), output.size()));
    }
    ((Message) current).part(kind);
    return current;
  }

  private Open reasoning() {
    if (open instanceof Thought thought) {
      return thought;
    }
    finish(ItemStatus.COMPLETED);
    return announce(new Thought("rs_" + unique(), output.size()));
  }

  private Open toolCall(Delta.ToolCall call) {
    if (open instanceof Call current && current.index == call.index()) {
      return current;
    }
    finish(ItemStatus.COMPLETED);
    return announce(new Call("fc_" + unique(), output.size(), call));
  }

  private Open announce(Open item) {
    open = item;
    open(new OutputItem.Said(item.snapshot(ItemStatus.IN_PROGRESS)));
    return item;
  }

  private String unique() {
    return prefix + named++;
  }

  /** The one item that grows. */
  private abstract class Open {
    final String id;
    final int outputIndex;
    final StringBuilder text = new StringBuilder();

    Open(String id, int outputIndex) {
      this.id = id;
      this.outputIndex = outputIndex;
    }

    abstract Place place();

    abstract Item snapshot(ItemStatus status);

    boolean isMessage() {
      return this instanceof Message;
    }

    void grow(String delta) {
      if (!delta.isEmpty()) {
        text.append(delta);
        events.accept(new Grown(place(), delta));
      }
    }

    void close(ItemStatus status) {
      events.accept(new TextDone(place(), text.toString()));
      Transcript.this.close(new OutputItem.Said(snapshot(status)));
    }
  }

  private final class Message extends Open {
    private final List<Content> done = new ArrayList<>();
    private @Nullable Kind kind;

    Message(String id, int outputIndex) {
      super(id, outputIndex);
    }

    void part(Kind wanted) {
      if (kind == wanted) {
        return;
      }
      closePart();
      kind = wanted;
      events.accept(new PartAdded(place(), content(wanted, "")));
    }

    private void closePart() {
      if (kind != null) {
        Content content = content(kind, text.toString());
        events.accept(new TextDone(place(), content.text()));
        events.accept(new PartDone(place(), content));
        done.add(content);
        text.setLength(0);
        kind = null;
      }
    }

    private static Content content(Kind kind, String text) {
      return kind == Kind.REFUSAL ? new Content.Refusal(text) : new Content.OutputText(text);
    }

    @Override
    Place place() {
      return new Place(kind == null ? Kind.TEXT : kind, id, outputIndex, done.size());
    }

    @Override
    Item snapshot(ItemStatus status) {
      return new Item.Message(id, status, Role.ASSISTANT, done);
    }

    @Override
    void close(ItemStatus status) {
      closePart();
      Transcript.this.close(new OutputItem.Said(snapshot(status)));
    }
  }

  private final class Thought extends Open {
    Thought(String id, int outputIndex) {
      super(id, outputIndex);
    }

    @Override
    Place place() {
      return new Place(Kind.REASONING, id, outputIndex, 0);
    }

    @Override
    Item snapshot(ItemStatus status) {
      return new Item.Reasoning(id, status, text.toString());
    }
  }

  private final class Call extends Open {
    private final int index;
    private final String callId;
    private final String name;

    Call(String id, int outputIndex, Delta.ToolCall first) {
      super(id, outputIndex);
      this.index = first.index();
      this.callId = first.callId().isEmpty() ? "call_" + unique() : first.callId();
      this.name = first.name();
    }

    @Override
    Place place() {
      return new Place(Kind.ARGUMENTS, id, outputIndex, 0);
    }

    @Override
    Item snapshot(ItemStatus status) {
      return new Item.FunctionCall(id, status, callId, name, text.toString());
    }
  }
}
