package dev.weir.gateway.node;

import dev.weir.inference.provider.http.ScriptedUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole node in front of an upstream that speaks Anthropic's messages. */
class AnthropicNodeTest extends VendorSuite {

  private static final String RESULT = "\"tool_result\"";
  private static final String START =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":8,"output_tokens":1}}}

      event: ping
      data: {"type":"ping"}

      """;
  private static final String CALL =
      START
          + """
          event: content_block_start
          data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}

          event: content_block_delta
          data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":"}}

          event: content_block_delta
          data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\\"Delft\\"}"}}

          event: content_block_stop
          data: {"type":"content_block_stop","index":0}

          event: message_delta
          data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":12}}

          event: message_stop
          data: {"type":"message_stop"}

          """;
  private static final String ANSWER =
      START
          + """
          event: content_block_delta
          data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"It is sunny"}}

          event: content_block_delta
          data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" – ☀️."}}

          event: message_delta
          data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

          event: message_stop
          data: {"type":"message_stop"}

          """;

  private static final ScriptedUpstream upstream = upstream(RESULT, CALL, ANSWER);

  @RegisterExtension
  private static final RunningNodes nodes = RunningNodes.of(settings("anthropic", upstream));

  AnthropicNodeTest() {
    super(nodes, upstream, "anthropic/claude-sonnet-5", RESULT);
  }

  @AfterAll
  static void stop() {
    upstream.close();
  }
}
