package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import dev.weir.inference.provider.upstream.BatchDesk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /v1/files} and {@code /v1/batches}, as OpenAI has them, and chat completions beside. */
public final class ChatBatchDesk extends BatchDesk {

  private final Map<String, List<JsonNode>> files = new ConcurrentHashMap<>();

  @Override
  public void play(ScriptedUpstream.Exchange exchange) throws IOException {
    if (!exchange.request().line().startsWith("POST /v1/chat/completions ")) {
      super.play(exchange);
      return;
    }
    exchange
        .events()
        .event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Now.\"}}]}")
        .event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
        .event("[DONE]")
        .end();
  }

  @Override
  protected Ask ask(String line) {
    String at = path(line);
    if (line.startsWith("DELETE ")) {
      return Ask.DELETE;
    }
    if (line.startsWith("GET ")) {
      return at.endsWith("/content") ? Ask.RESULTS : Ask.LOOK;
    }
    return at.endsWith("/cancel") ? Ask.CANCEL : at.equals("/v1/files") ? Ask.UPLOAD : Ask.SUBMIT;
  }

  @Override
  protected String id(String line) {
    return path(line).split("/", -1)[3];
  }

  @Override
  protected synchronized String upload(String body) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : body.split("\n", -1)) {
      if (line.startsWith("{")) {
        lines.add(JSON.readTree(line));
      }
    }
    String id = "file-in-" + (files.size() + 1);
    files.put(id, lines);
    return "{\"id\":\"%s\",\"object\":\"file\",\"purpose\":\"batch\"}".formatted(id);
  }

  @Override
  protected synchronized String submit(String body) throws IOException {
    String file = JSON.readTree(body).path("input_file_id").asText();
    List<JsonNode> calls = files.get(file);
    return under(taken(calls, file.replace("file-in-", "batch_"), call -> call.path("body")).id());
  }

  @Override
  protected String under(String batch) {
    return "{\"id\":\"%s\",\"object\":\"batch\",\"status\":\"in_progress\",\"output_file_id\":null,\"errors\":null}"
        .formatted(batch);
  }

  @Override
  protected String over(End how, String batch) {
    return switch (how) {
      case COMPLETED -> over("completed", batch);
      case EXPIRED -> over("expired", batch);
      case CANCELLED -> over("cancelled", batch);
      case FAILED ->
          "{\"id\":\"%s\",\"status\":\"failed\",\"input_file_id\":\"%s\",\"errors\":{\"object\":\"list\",\"data\":[{\"code\":\"invalid_json_line\",\"message\":\"Line 1\",\"line\":1}]}}"
              .formatted(batch, batch.replace("batch_", "file-in-"));
    };
  }

  private static String over(String status, String batch) {
    return "{\"id\":\"%1$s\",\"status\":\"%2$s\",\"input_file_id\":\"%3$s\",\"output_file_id\":\"out-%1$s\",\"error_file_id\":\"err-%1$s\"}"
        .formatted(batch, status, batch.replace("batch_", "file-in-"));
  }

  @Override
  protected boolean tells(String line, Outcome outcome) {
    return switch (outcome) {
      case ANSWERED, UNREADABLE -> line.contains("/out-");
      case TOO_LONG, EXPIRED -> line.contains("/err-");
      case FORGOTTEN -> false;
    };
  }

  @Override
  protected String result(Outcome outcome, String id, String said) {
    return switch (outcome) {
      case ANSWERED ->
          "{\"id\":\"r\",\"custom_id\":\"%s\",\"response\":{\"status_code\":200,\"request_id\":\"q\",\"body\":{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Re: %s\",\"refusal\":null},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}},\"error\":null}"
              .formatted(id, said);
      case TOO_LONG ->
          "{\"id\":\"r\",\"custom_id\":\"%s\",\"response\":{\"status_code\":400,\"body\":{\"error\":{\"message\":\"no\",\"code\":\"context_length_exceeded\"}}},\"error\":null}"
              .formatted(id);
      case EXPIRED ->
          "{\"id\":\"r\",\"custom_id\":\"%s\",\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"late\"}}"
              .formatted(id);
      case UNREADABLE -> "{\"custom_id\":\"" + id;
      case FORGOTTEN -> "";
    };
  }
}
