package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.upstream.BatchDesk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code /v1/messages/batches}, as Anthropic has them. */
final class MessageBatchDesk extends BatchDesk {

  @Override
  protected Ask ask(String line) {
    String at = path(line);
    if (line.startsWith("DELETE ")) {
      return Ask.DELETE;
    }
    if (line.startsWith("GET ")) {
      return at.endsWith("/results") ? Ask.RESULTS : Ask.LOOK;
    }
    return at.endsWith("/cancel") ? Ask.CANCEL : Ask.SUBMIT;
  }

  @Override
  protected String id(String line) {
    return path(line).split("/", -1)[4];
  }

  @Override
  protected String upload(String body) {
    throw new AssertionError("Nothing is uploaded.");
  }

  @Override
  protected String submit(String body) throws IOException {
    List<JsonNode> calls = new ArrayList<>();
    JSON.readTree(body).path("requests").forEach(calls::add);
    return under(
        taken(calls, "msgbatch_" + (batches().size() + 1), call -> call.path("params")).id());
  }

  @Override
  protected String under(String batch) {
    return "{\"id\":\"%s\",\"type\":\"message_batch\",\"processing_status\":\"in_progress\",\"results_url\":null}"
        .formatted(batch);
  }

  @Override
  protected String over(End how, String batch) {
    return "{\"id\":\"%s\",\"type\":\"message_batch\",\"processing_status\":\"ended\",\"results_url\":\"https://elsewhere.example/\"}"
        .formatted(batch);
  }

  @Override
  protected String result(Outcome outcome, String id, String said) {
    return switch (outcome) {
      case ANSWERED ->
          line(
              id,
              "\"type\":\"succeeded\",\"message\":{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Re: %s\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":2,\"cache_creation_input_tokens\":1,\"cache_read_input_tokens\":2,\"output_tokens\":3}}"
                  .formatted(said));
      case TOO_LONG ->
          line(
              id,
              "\"type\":\"errored\",\"error\":{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt"
                  + " is too long\"}}");
      case EXPIRED -> line(id, "\"type\":\"expired\"");
      case UNREADABLE -> line(id, "\"type\":\"mysterious\"");
      case FORGOTTEN -> "";
    };
  }

  private static String line(String id, String result) {
    return "{\"custom_id\":\"%s\",\"result\":{%s}}".formatted(id, result);
  }
}
