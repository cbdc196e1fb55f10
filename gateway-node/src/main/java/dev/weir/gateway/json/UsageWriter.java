package dev.weir.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.orchestrator.user.Description;
import dev.weir.orchestrator.user.Limits;
import dev.weir.orchestrator.user.Quota;
import java.io.IOException;
import org.apache.pekko.util.ByteString;

/** Writes what a caller has left and has spent. Money is in nano-USD, as budgets count it. */
public final class UsageWriter {

  private UsageWriter() {}

  /** The whole body of {@code GET /v1/usage}. */
  public static ByteString body(Description description) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "usage");
          json.writeArrayFieldStart("windows");
          for (Quota quota : description.quotas()) {
            window(json, quota);
          }
          json.writeEndArray();
          json.writeNumberField("active_runs", description.runs());
          json.writeEndObject();
        });
  }

  private static void window(JsonGenerator json, Quota quota) throws IOException {
    boolean limited = quota.limit() != Limits.UNLIMITED;
    json.writeStartObject();
    json.writeStringField("meter", ItemWriter.word(quota.meter()));
    json.writeStringField("unit", unit(quota));
    number(json, "limit", limited, quota.limit());
    json.writeNumberField("spent", quota.spent());
    number(json, "remaining", limited, Math.max(0, quota.remaining()));
    json.writeNumberField("resets_in_ms", quota.reset().toMillis());
    json.writeEndObject();
  }

  private static String unit(Quota quota) {
    return switch (quota.meter()) {
      case REQUESTS_PER_MINUTE -> "requests";
      case TOKENS_PER_MINUTE, TOKENS_PER_DAY -> "tokens";
      case USD_PER_MONTH -> "nano_usd";
    };
  }

  private static void number(JsonGenerator json, String name, boolean known, long value)
      throws IOException {
    if (known) {
      json.writeNumberField(name, value);
    } else {
      json.writeNullField(name);
    }
  }
}
