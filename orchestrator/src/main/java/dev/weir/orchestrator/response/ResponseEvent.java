package dev.weir.orchestrator.response;

import dev.weir.inference.item.Content;

/**
 * One thing that happened to a response: exactly one event on the wire.
 *
 * @see ResponseLog
 */
public sealed interface ResponseEvent {

  /** The response exists. */
  record Created(Response response) implements ResponseEvent {}

  /** The model has begun. */
  record InProgress(Response response) implements ResponseEvent {}

  /** Another process took the run up after its host was lost ({@code weir:attempt}). */
  record Resumed(int epoch) implements ResponseEvent {}

  /** The model call waits, with {@code position - 1} others before it ({@code weir:queued}). */
  record Queued(int position) implements ResponseEvent {}

  /** An output item opens. */
  record ItemAdded(int outputIndex, OutputItem item) implements ResponseEvent {}

  /** A content part of a message opens. */
  record PartAdded(Place place, Content part) implements ResponseEvent {}

  /** More text of an open part. */
  record Grown(Place place, String delta) implements ResponseEvent {}

  /** The whole text of a part that is now closed. */
  record TextDone(Place place, String text) implements ResponseEvent {}

  /** A content part of a message is closed. */
  record PartDone(Place place, Content part) implements ResponseEvent {}

  /** An output item is closed. */
  record ItemDone(int outputIndex, OutputItem item) implements ResponseEvent {}

  /** The last event: the response has reached a terminal status. */
  record Ended(Response response) implements ResponseEvent {}

  /** What kind of text grows. */
  enum Kind {
    TEXT,
    REFUSAL,
    ARGUMENTS,
    REASONING
  }

  /** Where in the output a text stands. */
  record Place(Kind kind, String itemId, int outputIndex, int contentIndex) {}

  /** An event and its number in the response's sequence. */
  record Numbered(long number, ResponseEvent event) {

    private static final int STRUCTURE = 200;

    /** About how many bytes it takes. */
    public int size() {
      return event instanceof Grown(Place place, String delta) ? delta.length() + 64 : STRUCTURE;
    }
  }
}
