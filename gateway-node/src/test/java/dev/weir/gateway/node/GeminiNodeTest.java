package dev.weir.gateway.node;

import dev.weir.inference.provider.http.ScriptedUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole node in front of an upstream that speaks Google's Gemini API. */
class GeminiNodeTest extends VendorSuite {

  private static final String RESULT = "\"functionResponse\"";
  private static final String CALL =
      """
      data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"weather","args":{"city":"Delft"}},"thoughtSignature":"CiQB"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":8,"candidatesTokenCount":4,"thoughtsTokenCount":8,"totalTokenCount":32}}

      """;
  private static final String ANSWER =
      """
      data: {"candidates":[{"content":{"parts":[{"text":"It is sunny"}],"role":"model"},"index":0}]}

      data: {"candidates":[{"content":{"parts":[{"text":" – ☀️."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":5,"totalTokenCount":35}}

      """;

  private static final ScriptedUpstream upstream = upstream(RESULT, CALL, ANSWER);

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of(settings("gemini", upstream));

  GeminiNodeTest() {
    super(nodes, upstream, "gemini/gemini-3-flash", RESULT);
  }

  @AfterAll
  static void stop() {
    upstream.close();
  }
}
