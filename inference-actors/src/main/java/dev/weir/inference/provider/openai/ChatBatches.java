package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.JointProvider;
import dev.weir.inference.provider.JointProvider.Answered;
import dev.weir.inference.provider.JointProvider.News;
import dev.weir.inference.provider.JointProvider.Refused;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.BatchDialect;
import dev.weir.inference.provider.upstream.BatchHttp;
import dev.weir.inference.provider.upstream.Complaint;
import dev.weir.inference.provider.upstream.RequestJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * {@code /files} and {@code /batches}, as OpenAI and the servers like it have them: a file of calls
 * in, a file of answers and one of failures out.
 *
 * @param base where both are, with a slash at its end
 */
record ChatBatches(URI base, ChatRequest requests, BatchHttp http) implements BatchDialect {

  private static final String ENDPOINT = "/v1/chat/completions";
  private static final String JSON = "application/json";

  @Override
  public byte[] line(JointProvider.Entry call) {
    return RequestJson.object(
        json -> {
          json.writeStringField("custom_id", call.id());
          json.writeStringField("method", "POST");
          json.writeStringField("url", ENDPOINT);
          json.writeObjectFieldStart("body");
          requests.whole(call.call(), json);
          json.writeEndObject();
        });
  }

  @Override
  public Source<String, NotUsed> upload(List<byte[]> lines) {
    String boundary = "weir-" + UUID.randomUUID();
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    text(
        form,
        "--%1$s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--%1$s\r\n"
                .formatted(boundary)
            + "Content-Disposition: form-data; name=\"file\"; filename=\"weir.jsonl\"\r\n"
            + "Content-Type: application/jsonl\r\n\r\n");
    for (byte[] line : lines) {
      form.writeBytes(line);
      form.write('\n');
    }
    text(form, "\r\n--" + boundary + "--\r\n");
    return http.post(
            base.resolve("files"), "multipart/form-data; boundary=" + boundary, form.toByteArray())
        .map(file -> BatchHttp.id(file, "id"));
  }

  private static void text(ByteArrayOutputStream form, String text) {
    form.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public Source<String, NotUsed> submit(String file, List<byte[]> lines) {
    byte[] batch =
        RequestJson.object(
            json -> {
              json.writeStringField("input_file_id", file);
              json.writeStringField("endpoint", ENDPOINT);
              json.writeStringField("completion_window", "24h");
            });
    return http.post(base.resolve("batches"), JSON, batch).map(it -> BatchHttp.id(it, "id"));
  }

  @Override
  public Source<JsonNode, NotUsed> discard(String file) {
    return http.delete(base.resolve("files/" + file));
  }

  @Override
  public Source<Look, NotUsed> look(String batch) {
    return http.get(base.resolve("batches/" + batch)).map(this::look);
  }

  @Override
  public Source<JsonNode, NotUsed> cancel(String batch) {
    return http.post(base.resolve("batches/" + batch + "/cancel"), JSON, new byte[0]);
  }

  private Look look(JsonNode batch) {
    return switch (batch.path("status").asText()) {
      case "completed" -> over(batch, UpstreamError.malformed());
      case "expired" -> over(batch, UpstreamError.batchExpired());
      case "cancelled" -> over(batch, UpstreamError.batchCancelled());
      case "failed" -> over(batch, fault(batch.path("errors").path("data").path(0)));
      default -> new Look(false, List.of(), List.of(), UpstreamError.malformed());
    };
  }

  private Look over(JsonNode batch, WeirError unanswered) {
    List<URI> results = new ArrayList<>();
    List<URI> files = new ArrayList<>();
    for (String field : List.of("output_file_id", "error_file_id", "input_file_id")) {
      if (batch.hasNonNull(field)) {
        URI file = base.resolve("files/" + BatchHttp.id(batch, field));
        files.add(file);
        if (!field.equals("input_file_id")) {
          results.add(base.resolve(file.getPath() + "/content"));
        }
      }
    }
    return new Look(true, results, files, unanswered);
  }

  /** Why a batch was not begun: as a rule a line of its file is wrong. */
  private static WeirError fault(JsonNode error) {
    return switch (error.path("code").asText()) {
      case "" -> UpstreamError.server();
      case "token_limit_exceeded", "request_limit_exceeded" ->
          UpstreamError.rateLimited(Duration.ZERO);
      case "model_not_found" -> UpstreamError.unknownModel();
      default -> UpstreamError.rejected(400);
    };
  }

  @Override
  public News read(JsonNode line) {
    String id = BatchHttp.id(line, "custom_id");
    JsonNode response = line.path("response");
    JsonNode error = line.path("error");
    if (error.isObject()) {
      return new Refused(id, error(error));
    }
    int status = response.path("status_code").asInt();
    if (status < 200 || status >= 300) {
      byte[] body = response.path("body").toString().getBytes(StandardCharsets.UTF_8);
      return new Refused(id, ChatError.WORDS.refusal(status, Duration.ZERO, body));
    }
    return answered(id, response.path("body"));
  }

  private static WeirError error(JsonNode error) {
    return switch (error.path("code").asText()) {
      case "batch_expired" -> UpstreamError.batchExpired();
      case "batch_cancelled" -> UpstreamError.batchCancelled();
      default ->
          ChatError.WORDS.refusal(
              status(error), Duration.ZERO, error.toString().getBytes(StandardCharsets.UTF_8));
    };
  }

  private static int status(JsonNode error) {
    return Complaint.of(error.toString().getBytes(StandardCharsets.UTF_8))
        .statusBy(ChatError.WORDS.statuses());
  }

  private static News answered(String id, JsonNode completion) {
    Queue<Delta> deltas = new ArrayDeque<>();
    ChatChunks reader = new ChatChunks(deltas);
    try (JsonParser json = completion.traverse()) {
      json.nextToken();
      reader.event(json);
    } catch (IOException noFile) {
      throw new UncheckedIOException(noFile);
    }
    @Nullable FinishReason reason = reader.finish();
    if (reason == null) {
      return new Refused(id, UpstreamError.malformed());
    }
    if (reader.usage() != null) {
      deltas.add(new Delta.Consumed(reader.usage()));
    }
    deltas.add(new Delta.Finished(reason));
    return new Answered(id, List.copyOf(deltas));
  }
}
