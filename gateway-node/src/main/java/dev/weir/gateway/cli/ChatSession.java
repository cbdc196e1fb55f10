package dev.weir.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A conversation, turn by turn.
 *
 * <p>Idle → Answering on a line; Answering → Idle when the answer has ended, however. A line that
 * comes meanwhile waits. Over after {@code /quit}, or when the input has ended and been answered.
 *
 * <p>Plain state, not thread safe.
 */
final class ChatSession {

  /** What a chat does to the world. */
  interface Effects {

    /** Sends a frame, connecting first where there is no connection. */
    void send(String json);

    /** Writes a piece of an answer. */
    void text(String piece);

    /** Tells about the answer, on a line of its own. */
    void note(String line);

    /** Asks for the next line. */
    void prompt();
  }

  /** How the last answer ended. */
  enum Outcome {
    NONE,
    ANSWERED,
    CANCELLED,
    FAILED
  }

  private static final String HELP =
      "/cancel stops the answer (so does Ctrl-C), /new begins anew, /model NAME changes the model,"
          + " /quit ends (so does Ctrl-D)";

  private final Effects effects;
  private final Deque<String> waiting = new ArrayDeque<>();
  private String model;
  private @Nullable String previous;
  private boolean answering;
  private boolean cancelling;
  private boolean inputEnded;
  private boolean quit;
  private boolean midLine;
  private Outcome outcome = Outcome.NONE;

  ChatSession(String model, Effects effects) {
    this.model = model;
    this.effects = effects;
  }

  boolean isOver() {
    return quit || (inputEnded && !answering && waiting.isEmpty());
  }

  Outcome outcome() {
    return outcome;
  }

  void on(ChatEvent event) {
    switch (event) {
      case ChatEvent.Line(String text) -> onLine(text.strip());
      case ChatEvent.EndOfInput end -> inputEnded = true;
      case ChatEvent.Interrupted interrupt -> onInterrupt();
      case ChatEvent.Frame(JsonNode json) -> onFrame(json);
      case ChatEvent.Closed(String why) -> onClosed(why);
    }
    next();
  }

  private void next() {
    while (!answering && !quit && !waiting.isEmpty()) {
      onIdleLine(waiting.remove());
    }
    if (!answering && !isOver()) {
      effects.prompt();
    }
  }

  private void onLine(String line) {
    switch (line) {
      case "/cancel" -> cancel();
      case "/quit", "/exit" -> {
        cancel();
        quit = true;
      }
      default -> waiting.add(line);
    }
  }

  private void onIdleLine(String line) {
    String[] words = line.split("\\s+", 2);
    switch (words[0]) {
      case "" -> {}
      case "/new" -> {
        previous = null;
        effects.note("A new conversation.");
      }
      case "/model" -> {
        model = words.length > 1 ? words[1] : model;
        effects.note("The model is " + model + ".");
      }
      default -> {
        if (line.startsWith("/")) {
          effects.note(HELP);
        } else {
          ask(line);
        }
      }
    }
  }

  private void ask(String input) {
    answering = true;
    cancelling = false;
    effects.send(
        Json.write(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("type", "response.create");
                  json.writeStringField("model", model);
                  json.writeStringField("input", input);
                  if (previous != null) {
                    json.writeStringField("previous_response_id", previous);
                  }
                  json.writeEndObject();
                })
            .utf8String());
  }

  private void cancel() {
    if (answering && !cancelling) {
      cancelling = true;
      effects.send("{\"type\":\"weir:response.cancel\"}");
    }
  }

  private void onInterrupt() {
    if (answering) {
      cancel();
    } else {
      effects.note(HELP);
    }
  }

  private void onFrame(JsonNode frame) {
    switch (frame.path("type").asText()) {
      case "response.output_text.delta", "response.refusal.delta" -> {
        midLine = true;
        effects.text(frame.path("delta").asText());
      }
      case "response.completed" -> end(frame.path("response"), Outcome.ANSWERED);
      case "response.incomplete" -> onIncomplete(frame.path("response"));
      case "response.failed" -> {
        JsonNode response = frame.path("response");
        fail(response.path("error"));
      }
      case "error" -> fail(frame.path("error"));
      default -> {}
    }
  }

  private void onIncomplete(JsonNode response) {
    if (response.path("status").asText().equals("cancelled")) {
      note("(cancelled)");
      end(response, Outcome.CANCELLED);
    } else {
      note("(cut short: " + response.path("incomplete_details").path("reason").asText() + ")");
      end(response, Outcome.ANSWERED);
    }
  }

  private void fail(JsonNode error) {
    note("weir: " + error.path("message").asText("The answer failed."));
    if (error.path("code").asText().equals("previous_response_not_found")) {
      previous = null;
      note("The conversation is not there any more; the next line begins a new one.");
    }
    finish(Outcome.FAILED);
  }

  private void end(JsonNode response, Outcome how) {
    previous = response.path("id").asText();
    finish(how);
  }

  private void finish(Outcome how) {
    breakLine();
    answering = false;
    outcome = how;
  }

  private void onClosed(String why) {
    if (answering) {
      note("weir: the connection ended before the answer" + why + "; say it again.");
      finish(Outcome.FAILED);
    }
  }

  private void note(String line) {
    breakLine();
    effects.note(line);
  }

  private void breakLine() {
    if (midLine) {
      midLine = false;
      effects.text("\n");
    }
  }
}
