package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What can happen during a chat. */
sealed interface ChatEvent {

  /** The person, or the pipe, says something. */
  record Line(String text) implements ChatEvent {}

  /** There will be no more lines. */
  record EndOfInput() implements ChatEvent {}

  /** Ctrl-C. */
  record Interrupted() implements ChatEvent {}

  /** The server says something. */
  record Frame(JsonNode json) implements ChatEvent {}

  /** The connection is gone. */
  record Closed(String why) implements ChatEvent {}
}
