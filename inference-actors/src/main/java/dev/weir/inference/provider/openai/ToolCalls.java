package dev.weir.inference.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.UpstreamError;
import dev.weir.inference.provider.upstream.Halves;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads pieces of tool calls and numbers the calls from 0 in the order in which they begin,
 * whatever the upstream numbers them: some begin at 1, some give every call 0 and another id. A
 * call without an id gets one. Plain state, one thread at a time.
 */
final class ToolCalls {

  private final Queue<Delta> deltas;
  private final Map<Integer, Call> open = new HashMap<>();
  private int count;

  ToolCalls(Queue<Delta> deltas) {
    this.deltas = deltas;
  }

  private record Call(int index, String id, Halves arguments) {}

  boolean any() {
    return count > 0;
  }

  /** Reads the array whose start was read. */
  void read(JsonParser json) throws IOException {
    int position = 0;
    while (json.nextToken() == JsonToken.START_OBJECT) {
      Piece piece = new Piece();
      piece.index = position++;
      piece.read(json);
      add(piece);
    }
  }

  private void add(Piece piece) {
    @Nullable Call call = open.get(piece.index);
    if (call == null || (!piece.id.isEmpty() && !piece.id.equals(call.id()))) {
      if (piece.name.isEmpty()) {
        throw UpstreamError.malformed().asException();
      }
      call = new Call(count++, piece.id.isEmpty() ? newId() : piece.id, new Halves());
      open.put(piece.index, call);
      deltas.add(
          new Delta.ToolCall(
              call.index(), call.id(), piece.name, call.arguments().join(piece.arguments)));
      return;
    }
    String more = call.arguments().join(piece.arguments);
    if (!more.isEmpty()) {
      deltas.add(new Delta.ToolCall(call.index(), "", "", more));
    }
  }

  private static String newId() {
    return "call_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /** One element of {@code tool_calls}. */
  private static final class Piece {

    private int index;
    private String id = "";
    private String name = "";
    private String arguments = "";

    void read(JsonParser json) throws IOException {
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_NUMBER_INT && field.equals("index")) {
          index = json.getIntValue();
        } else if (value == JsonToken.VALUE_STRING && field.equals("id")) {
          id = json.getText();
        } else if (value == JsonToken.START_OBJECT && field.equals("function")) {
          function(json);
        } else {
          json.skipChildren();
        }
      }
    }

    private void function(JsonParser json) throws IOException {
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING && field.equals("name")) {
          name = json.getText();
        } else if (value == JsonToken.VALUE_STRING && field.equals("arguments")) {
          arguments = json.getText();
        } else {
          json.skipChildren();
        }
      }
    }
  }
}
