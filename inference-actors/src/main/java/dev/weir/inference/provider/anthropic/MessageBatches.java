package dev.weir.inference.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Usage;
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
import java.util.List;
import java.util.Queue;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's Message Batches: all calls in one request, all that came of them in one file.
 *
 * @param messages where a message is posted
 */
record MessageBatches(URI messages, MessagesRequest requests, BatchHttp http)
    implements BatchDialect {

  private static final String JSON = "application/json";

  @Override
  public byte[] line(JointProvider.Entry call) {
    return RequestJson.object(
        json -> {
          json.writeStringField("custom_id", call.id());
          json.writeObjectFieldStart("params");
          requests.whole(call.call(), json);
          json.writeEndObject();
        });
  }

  @Override
  public Source<String, NotUsed> submit(String nothing, List<byte[]> lines) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("{\"requests\":[".getBytes(StandardCharsets.US_ASCII));
    for (int at = 0; at < lines.size(); at++) {
      if (at > 0) {
        body.write(',');
      }
      body.writeBytes(lines.get(at));
    }
    body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
    return http.post(batches(""), JSON, body.toByteArray()).map(it -> BatchHttp.id(it, "id"));
  }

  private URI batches(String path) {
    return messages.resolve("messages/batches" + path);
  }

  @Override
  public Source<Look, NotUsed> look(String batch) {
    return http.get(batches("/" + batch))
        .map(
            it ->
                new Look(
                    it.path("processing_status").asText().equals("ended"),
                    List.of(batches("/" + batch + "/results")),
                    List.of(batches("/" + batch)),
                    UpstreamError.malformed()));
  }

  @Override
  public Source<JsonNode, NotUsed> cancel(String batch) {
    return http.post(batches("/" + batch + "/cancel"), JSON, new byte[0]);
  }

  @Override
  public News read(JsonNode line) {
    String id = BatchHttp.id(line, "custom_id");
    JsonNode result = line.path("result");
    return switch (result.path("type").asText()) {
      case "succeeded" -> answered(id, result.path("message"));
      case "errored" -> new Refused(id, error(result.path("error")));
      case "canceled" -> new Refused(id, UpstreamError.batchCancelled());
      case "expired" -> new Refused(id, UpstreamError.batchExpired());
      default -> throw UpstreamError.malformed().asException();
    };
  }

  private static WeirError error(JsonNode error) {
    byte[] text = error.toString().getBytes(StandardCharsets.UTF_8);
    int status = Complaint.of(text).statusBy(AnthropicError.WORDS.statuses());
    return AnthropicError.WORDS.refusal(status, Duration.ZERO, text);
  }

  private static News answered(String id, JsonNode message) {
    @Nullable FinishReason reason = MessageEvents.reason(message.path("stop_reason").asText(""));
    if (reason == null) {
      return new Refused(id, UpstreamError.malformed());
    }
    Queue<Delta> deltas = new ArrayDeque<>();
    ToolBlocks tools = new ToolBlocks(deltas);
    int block = 0;
    for (JsonNode part : message.path("content")) {
      part(block++, part, tools, deltas);
    }
    @Nullable Usage usage = usage(message.path("usage"));
    if (usage != null) {
      deltas.add(new Delta.Consumed(usage));
    }
    deltas.add(new Delta.Finished(reason));
    return new Answered(id, List.copyOf(deltas));
  }

  private static void part(int block, JsonNode part, ToolBlocks tools, Queue<Delta> deltas) {
    switch (part.path("type").asText()) {
      case "text" -> {
        if (!part.path("text").asText().isEmpty()) {
          deltas.add(new Delta.Text(part.path("text").asText()));
        }
      }
      case "thinking" -> {
        if (!part.path("thinking").asText().isEmpty()) {
          deltas.add(new Delta.Reasoning(part.path("thinking").asText()));
        }
      }
      case "tool_use" -> {
        tools.begin(block, part.path("id").asText(), part.path("name").asText());
        tools.more(block, part.path("input").toString());
        tools.end(block);
      }
      default -> {}
    }
  }

  private static @Nullable Usage usage(JsonNode node) {
    MessageUsage usage = new MessageUsage();
    if (node.isObject()) {
      try (JsonParser json = node.traverse()) {
        json.nextToken();
        usage.whole(json);
      } catch (IOException noFile) {
        throw new UncheckedIOException(noFile);
      }
    }
    return usage.total();
  }
}
