package dev.weir.orchestrator.response;

import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.orchestrator.response.ResponseEvent.Kind;
import dev.weir.orchestrator.response.ResponseEvent.Numbered;
import dev.weir.orchestrator.response.ResponseEvent.Place;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/**
 * The shape of an ended response's events, without their text: with the response itself it gives
 * back every event, equal and with its number. About three bytes an event.
 */
public final class EventIndex {

  private static final int CREATED = 0;
  private static final int IN_PROGRESS = 1;
  private static final int RESUMED = 2;
  private static final int ITEM_ADDED = 3;
  private static final int PART_ADDED = 4;
  private static final int GROWN = 5;
  private static final int TEXT_DONE = 6;
  private static final int PART_DONE = 7;
  private static final int ITEM_DONE = 8;
  private static final int ENDED = 9;
  private static final int QUEUED = 10;

  private EventIndex() {}

  /** The index of everything in {@code log}, closed by the end where the log has none yet. */
  public static ByteString of(ResponseLog log) {
    Bytes out = new Bytes();
    out.number(log.first());
    for (long at = log.first(); at < log.next(); ) {
      List<Numbered> events = log.read(at, 1 << 16).events();
      events.forEach(numbered -> write(out, numbered.event()));
      at += events.size();
    }
    if (!log.hasEnded()) {
      out.numbers(ENDED);
    }
    return ByteString.fromArrayUnsafe(out.toByteArray());
  }

  private static void write(Bytes out, ResponseEvent event) {
    switch (event) {
      case ResponseEvent.Created e -> out.numbers(CREATED);
      case ResponseEvent.InProgress e -> out.numbers(IN_PROGRESS);
      case ResponseEvent.Resumed(int epoch) -> out.numbers(RESUMED, epoch);
      case ResponseEvent.Queued(int position) -> out.numbers(QUEUED, position);
      case ResponseEvent.ItemAdded added -> out.numbers(ITEM_ADDED, added.outputIndex());
      case ResponseEvent.PartAdded(Place at, Content part) ->
          out.numbers(PART_ADDED, at.outputIndex(), at.contentIndex());
      case ResponseEvent.Grown(Place at, String delta) ->
          out.numbers(GROWN, at.outputIndex(), at.contentIndex(), delta.length());
      case ResponseEvent.TextDone(Place at, String text) ->
          out.numbers(TEXT_DONE, at.outputIndex(), at.contentIndex());
      case ResponseEvent.PartDone(Place at, Content part) ->
          out.numbers(PART_DONE, at.outputIndex(), at.contentIndex());
      case ResponseEvent.ItemDone done -> out.numbers(ITEM_DONE, done.outputIndex());
      case ResponseEvent.Ended ended -> out.numbers(ENDED);
    }
  }

  /** All events of {@code response}, from its index. */
  public static List<Numbered> replay(Response response, ByteString index) {
    return new Replay(response, index.asByteBuffer()).run();
  }

  /** Reads an index once. */
  private static final class Replay {
    private final Response response;
    private final ByteBuffer in;
    private final List<Numbered> events = new ArrayList<>();
    private final Map<Place, Integer> read = new HashMap<>();

    Replay(Response response, ByteBuffer in) {
      this.response = response;
      this.in = in;
    }

    List<Numbered> run() {
      long next = number();
      while (in.hasRemaining()) {
        events.add(new Numbered(next++, event()));
      }
      return events;
    }

    private ResponseEvent event() {
      int code = (int) number();
      return switch (code) {
        case CREATED -> new ResponseEvent.Created(response.begun());
        case IN_PROGRESS -> new ResponseEvent.InProgress(response.begun());
        case RESUMED -> new ResponseEvent.Resumed((int) number());
        case QUEUED -> new ResponseEvent.Queued((int) number());
        case ITEM_ADDED -> itemAdded((int) number());
        case PART_ADDED -> partAdded(place());
        case GROWN -> grown(place(), (int) number());
        case TEXT_DONE -> textDone(place());
        case PART_DONE -> partDone(place());
        case ITEM_DONE -> itemDone((int) number());
        case ENDED -> new ResponseEvent.Ended(response);
        default -> throw new IllegalArgumentException("no event has the code " + code);
      };
    }

    private ResponseEvent itemAdded(int index) {
      OutputItem item = response.output().get(index);
      return new ResponseEvent.ItemAdded(index, begun(item));
    }

    private ResponseEvent itemDone(int index) {
      return new ResponseEvent.ItemDone(index, response.output().get(index));
    }

    private ResponseEvent partAdded(Place place) {
      Content part =
          place.kind() == Kind.REFUSAL ? new Content.Refusal("") : new Content.OutputText("");
      return new ResponseEvent.PartAdded(place, part);
    }

    private ResponseEvent partDone(Place place) {
      return new ResponseEvent.PartDone(place, content(place));
    }

    private ResponseEvent textDone(Place place) {
      return new ResponseEvent.TextDone(place, text(place));
    }

    private ResponseEvent grown(Place place, int length) {
      int start = read.merge(place, length, Integer::sum) - length;
      return new ResponseEvent.Grown(place, text(place).substring(start, start + length));
    }

    private Place place() {
      int outputIndex = (int) number();
      int contentIndex = (int) number();
      Item item = said(outputIndex);
      Kind kind =
          switch (item) {
            case Item.Message message ->
                message.content().get(contentIndex) instanceof Content.Refusal
                    ? Kind.REFUSAL
                    : Kind.TEXT;
            case Item.FunctionCall call -> Kind.ARGUMENTS;
            case Item.Reasoning reasoning -> Kind.REASONING;
            case Item.FunctionCallOutput output -> throw new IllegalArgumentException("no text");
          };
      return new Place(kind, item.id(), outputIndex, contentIndex);
    }

    private String text(Place place) {
      return switch (said(place.outputIndex())) {
        case Item.Message message -> content(place).text();
        case Item.FunctionCall call -> call.arguments();
        case Item.Reasoning reasoning -> reasoning.text();
        case Item.FunctionCallOutput output -> output.output();
      };
    }

    private Content content(Place place) {
      return ((Item.Message) said(place.outputIndex())).content().get(place.contentIndex());
    }

    private Item said(int outputIndex) {
      if (response.output().get(outputIndex) instanceof OutputItem.Said(Item item)) {
        return item;
      }
      throw new IllegalArgumentException("output " + outputIndex + " has no text");
    }

    private long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in.get();
        value |= (long) (next & 0x7F) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }
  }

  /** An item as it was announced: in progress and empty. */
  private static OutputItem begun(OutputItem item) {
    return switch (item) {
      case OutputItem.Step step -> step.begun();
      case OutputItem.Said(Item said) -> new OutputItem.Said(begun(said));
    };
  }

  private static Item begun(Item item) {
    ItemStatus open = ItemStatus.IN_PROGRESS;
    return switch (item) {
      case Item.Message message -> new Item.Message(message.id(), open, message.role(), List.of());
      case Item.FunctionCall call ->
          new Item.FunctionCall(call.id(), open, call.callId(), call.name(), "");
      case Item.Reasoning reasoning -> new Item.Reasoning(reasoning.id(), open, "");
      case Item.FunctionCallOutput output -> output;
    };
  }

  /** Numbers of seven bits a byte, the least first. */
  private static final class Bytes extends ByteArrayOutputStream {
    void numbers(int... values) {
      for (int value : values) {
        number(value);
      }
    }

    void number(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        write((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      write((int) rest);
    }
  }
}
