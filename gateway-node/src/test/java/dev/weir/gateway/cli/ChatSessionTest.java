package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatSessionTest {

  private static final String CANCEL = "{\"type\":\"weir:response.cancel\"}";

  private final List<String> sent = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private int prompts;
  private final ChatSession session = new ChatSession("sim", new Recorder());

  @Test
  void asksAndWritesTheAnswerPieceByPiece() {
    line("Why do rivers bend?");
    assertThat(json(sent.getFirst()).path("type").asText()).isEqualTo("response.create");
    assertThat(json(sent.getFirst()).path("model").asText()).isEqualTo("sim");
    assertThat(json(sent.getFirst()).path("input").asText()).isEqualTo("Why do rivers bend?");
    assertThat(json(sent.getFirst()).has("previous_response_id")).isFalse();

    delta("They ");
    delta("erode.");
    completed("resp_1");

    assertThat(text).hasToString("They erode.\n");
    assertThat(session.outcome()).isEqualTo(ChatSession.Outcome.ANSWERED);
    assertThat(prompts).isEqualTo(1);
  }

  @Test
  void theNextTurnGoesOnFromTheLast() {
    line("one");
    completed("resp_1");
    line("two");

    assertThat(json(sent.getLast()).path("previous_response_id").asText()).isEqualTo("resp_1");

    completed("resp_2");
    line("/new");
    line("three");
    assertThat(json(sent.getLast()).has("previous_response_id")).isFalse();
  }

  @Test
  void aLineDuringAnAnswerWaitsForItsEnd() {
    line("one");
    line("two");
    assertThat(sent).hasSize(1);

    completed("resp_1");
    assertThat(json(sent.getLast()).path("input").asText()).isEqualTo("two");
  }

  @Test
  void cancelReachesTheServerOnceAndTheChatGoesOn() {
    line("one");
    delta("They");
    line("/cancel");
    session.on(new ChatEvent.Interrupted());
    assertThat(sent).hasSize(2).last().isEqualTo(CANCEL);

    frame(
        "{\"type\": \"response.incomplete\","
            + " \"response\": {\"id\": \"resp_1\", \"status\": \"cancelled\"}}");

    assertThat(text).hasToString("They\n");
    assertThat(notes).containsExactly("(cancelled)");
    assertThat(session.outcome()).isEqualTo(ChatSession.Outcome.CANCELLED);
    assertThat(session.isOver()).isFalse();
  }

  @Test
  void anInterruptWithoutAnAnswerEndsNothing() {
    session.on(new ChatEvent.Interrupted());

    assertThat(sent).isEmpty();
    assertThat(session.isOver()).isFalse();
  }

  @Test
  void failuresAreToldAndTheChatGoesOn() {
    line("one");
    frame(
        "{\"type\": \"response.failed\", \"response\": {\"error\": {\"message\": \"No luck.\"}}}");
    line("two");
    frame(
        "{\"type\": \"error\", \"status\": 404,"
            + " \"error\": {\"code\": \"model_not_found\", \"message\": \"No model.\"}}");

    assertThat(notes).containsExactly("weir: No luck.", "weir: No model.");
    assertThat(session.outcome()).isEqualTo(ChatSession.Outcome.FAILED);
    assertThat(session.isOver()).isFalse();
  }

  @Test
  void aLostConversationBeginsAnew() {
    line("one");
    completed("resp_1");
    line("two");
    frame(
        "{\"type\": \"error\", \"error\":"
            + " {\"code\": \"previous_response_not_found\", \"message\": \"Gone.\"}}");
    line("three");

    assertThat(json(sent.getLast()).has("previous_response_id")).isFalse();
  }

  @Test
  void aLostConnectionEndsTheAnswerOnly() {
    line("one");
    delta("They");
    session.on(new ChatEvent.Closed(" (1001)"));

    assertThat(session.outcome()).isEqualTo(ChatSession.Outcome.FAILED);
    assertThat(session.isOver()).isFalse();
  }

  @Test
  void theEndOfInputWaitsForTheAnswer() {
    line("one");
    session.on(new ChatEvent.EndOfInput());
    assertThat(session.isOver()).isFalse();

    completed("resp_1");
    assertThat(session.isOver()).isTrue();
  }

  @Test
  void quitCancelsWhatRuns() {
    line("one");
    line("/quit");

    assertThat(sent).last().isEqualTo(CANCEL);
    assertThat(session.isOver()).isTrue();
  }

  @Test
  void theModelCanChangeBetweenTurns() {
    line("/model extract");
    line("one");

    assertThat(json(sent.getFirst()).path("model").asText()).isEqualTo("extract");
  }

  private void line(String line) {
    session.on(new ChatEvent.Line(line));
  }

  private void delta(String piece) {
    frame("{\"type\": \"response.output_text.delta\", \"delta\": \"" + piece + "\"}");
  }

  private void completed(String id) {
    frame("{\"type\": \"response.completed\", \"response\": {\"id\": \"" + id + "\"}}");
  }

  private void frame(String json) {
    session.on(new ChatEvent.Frame(json(json)));
  }

  private static JsonNode json(String text) {
    return Json.readObject(text.getBytes(StandardCharsets.UTF_8));
  }

  private final class Recorder implements ChatSession.Effects {
    @Override
    public void send(String json) {
      sent.add(json);
    }

    @Override
    public void text(String piece) {
      text.append(piece);
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }

    @Override
    public void prompt() {
      prompts++;
    }
  }
}
