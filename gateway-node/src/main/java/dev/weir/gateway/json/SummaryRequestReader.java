package dev.weir.gateway.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.orchestrator.response.ResponseRequest;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code POST /v1/summarize}: that of a response, in which {@code model} names
 * who summarises and {@code length} how long the summary may be; both may be left out.
 */
public final class SummaryRequestReader {

  private static final String PIPELINE = "pipeline/summarize";

  private final ResponseRequestReader responses;

  public SummaryRequestReader(ResponseRequestReader responses) {
    this.responses = responses;
  }

  /**
   * Reads the whole request.
   *
   * @throws dev.weir.cluster.error.WeirException an invalid request
   */
  public ResponseRequest read(Fields body) {
    @Nullable String model = body.string("model");
    @Nullable String length = body.string("length");
    ObjectNode asked = body.copy();
    ObjectNode metadata =
        body.object("metadata") == null
            ? asked.putObject("metadata")
            : (ObjectNode) asked.get("metadata");
    if (model != null && !model.equals(PIPELINE)) {
      metadata.put("summarize.model", model);
    }
    if (length != null) {
      metadata.put("summarize.length", length);
    }
    asked.put("model", PIPELINE);
    return responses.read(Fields.of(asked));
  }
}
