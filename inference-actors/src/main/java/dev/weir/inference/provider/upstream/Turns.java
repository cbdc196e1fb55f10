package dev.weir.inference.provider.upstream;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.inference.provider.ModelCall;
import java.util.ArrayList;
import java.util.List;

/**
 * A call's context for upstreams that know a system text and two speakers who take turns, the user
 * first. What systems and developers say anywhere ranks before the turns, so it goes to the system
 * text; empty texts and shown reasoning are left out. Immutable.
 *
 * @param system instructions first
 * @param turns never empty; speakers alternate
 */
public record Turns(List<String> system, List<Turn> turns) {

  /** Stands for what was said before a context whose beginning was cut off. */
  private static final Piece BEFORE = new Said(new Content.InputText("…"));

  public Turns {
    system = List.copyOf(system);
    turns = List.copyOf(turns);
  }

  /** What one speaker says before the other does. */
  public record Turn(boolean byModel, List<Piece> pieces) {
    public Turn {
      pieces = List.copyOf(pieces);
    }
  }

  /** One part of a turn. */
  public sealed interface Piece {}

  /** A text or an image. */
  public record Said(Content content) implements Piece {}

  /** A call of a tool, by the model. */
  public record Called(Item.FunctionCall call) implements Piece {}

  /** A tool's result, by the user. */
  public record Returned(Item.FunctionCallOutput output) implements Piece {}

  /** Whether the model has spoken before. */
  public boolean continues() {
    return turns.stream().anyMatch(Turn::byModel);
  }

  /** Whether the model waits for nothing but results of its calls, and these are there. */
  public boolean endsInResults() {
    return turns.getLast().pieces().stream().anyMatch(Returned.class::isInstance);
  }

  public static Turns of(ModelCall call) {
    Builder builder = new Builder();
    if (!call.instructions().isBlank()) {
      builder.system.add(call.instructions());
    }
    call.items().forEach(builder::add);
    if (!call.prefix().isEmpty()) {
      builder.add(true, new Said(new Content.OutputText(call.prefix())));
    }
    return builder.build();
  }

  private static final class Builder {

    private final List<String> system = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final List<Piece> pieces = new ArrayList<>();
    private boolean byModel;

    void add(Item item) {
      switch (item) {
        case Item.Message message -> message(message);
        case Item.FunctionCall call -> add(true, new Called(call));
        case Item.FunctionCallOutput output -> add(false, new Returned(output));
        case Item.Reasoning reasoning -> {}
      }
    }

    private void message(Item.Message message) {
      if (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER) {
        if (!message.text().isBlank()) {
          system.add(message.text());
        }
        return;
      }
      for (Content part : message.content()) {
        if (part instanceof Content.InputImage || !part.text().isBlank()) {
          add(message.role() == Role.ASSISTANT, new Said(part));
        }
      }
    }

    private void add(boolean model, Piece piece) {
      if (model != byModel) {
        endTurn();
        byModel = model;
      }
      pieces.add(piece);
    }

    private void endTurn() {
      if (turns.isEmpty() && pieces.isEmpty()) {
        pieces.add(BEFORE);
      }
      turns.add(new Turn(byModel, pieces));
      pieces.clear();
    }

    Turns build() {
      endTurn();
      return new Turns(system, turns);
    }
  }
}
