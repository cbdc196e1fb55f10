package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.cluster.error.WeirError;
import dev.weir.gateway.http.Answers;
import dev.weir.gateway.json.Fields;
import dev.weir.gateway.json.Json;
import dev.weir.inference.provider.builtin.SimControl;
import dev.weir.inference.provider.builtin.SimFault;
import dev.weir.inference.provider.builtin.SimSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * {@code /admin/faults/{deployment}}: how a simulated deployment behaves on this node. What a
 * change does not name stays; it holds for every generation that starts after it.
 */
final class Faults {

  private static final double MOST_MILLIS = Duration.ofDays(1).toMillis();
  private static final double MOST_SLOW_DOWN = 1e6;

  private final Function<String, Optional<SimControl>> controls;

  Faults(Function<String, Optional<SimControl>> controls) {
    this.controls = controls;
  }

  CompletionStage<HttpResponse> show(String deployment) {
    return answer(control(deployment));
  }

  CompletionStage<HttpResponse> change(String deployment, Fields fields) {
    SimControl control = control(deployment);
    control.set(over(control.settings(), fields));
    return answer(control);
  }

  private SimControl control(String deployment) {
    return controls
        .apply(deployment)
        .orElseThrow(
            () ->
                new WeirError.NotFound(
                        "not_simulated",
                        "No simulated deployment '"
                            + deployment
                            + "': it needs provider = builtin and engine = sim.")
                    .asException());
  }

  private static SimSettings over(SimSettings now, Fields fields) {
    fields.onlyKnows(
        List.of(
            "ttft_ms",
            "itl_ms",
            "jitter",
            "tokens",
            "seed",
            "slow_down",
            "faults",
            "request_overrides"));
    try {
      return new SimSettings(
          millis(fields, "ttft_ms", now.timeToFirstToken()),
          millis(fields, "itl_ms", now.interToken()),
          or(fields.number("jitter", 0, 1), now.jitter()),
          or(fields.integer("tokens", 0, Integer.MAX_VALUE), now.tokens()),
          seed(fields, now.seed()),
          or(fields.number("slow_down", 0, MOST_SLOW_DOWN), now.slowDown()),
          fields.has("faults") ? fields.list("faults", Faults::chance) : now.faults(),
          fields.bool("request_overrides", now.requestOverrides()));
    } catch (SimSettings.OutOfBounds outOfBounds) {
      throw new WeirError.InvalidRequest("invalid_value", outOfBounds.getMessage(), null)
          .asException();
    }
  }

  private static Duration millis(Fields fields, String name, Duration fallback) {
    Double value = fields.number(name, 0, MOST_MILLIS);
    return value == null ? fallback : Duration.ofNanos((long) (value * 1e6));
  }

  private static long seed(Fields fields, long fallback) {
    Integer value = fields.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE);
    return value == null ? fallback : value;
  }

  private static SimFault.Chance chance(Fields entry) {
    entry.onlyKnows(List.of("fault", "probability"));
    String text = entry.required("fault");
    SimFault fault =
        SimFault.parse(text)
            .orElseThrow(
                () ->
                    entry.error(
                        "fault",
                        "Invalid value: '"
                            + text
                            + "' for '"
                            + entry.path("fault")
                            + "'; write a fault such as drop@10 or rate_limit."));
    return new SimFault.Chance(fault, or(entry.number("probability", 0, 1), 1.0));
  }

  private static <T> T or(@org.jspecify.annotations.Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }

  private static CompletionStage<HttpResponse> answer(SimControl control) {
    return CompletableFuture.completedFuture(
        Answers.json(Json.write(json -> write(json, control))));
  }

  private static void write(JsonGenerator json, SimControl control) throws IOException {
    SimSettings settings = control.settings();
    json.writeStartObject();
    json.writeNumberField("ttft_ms", settings.timeToFirstToken().toNanos() / 1e6);
    json.writeNumberField("itl_ms", settings.interToken().toNanos() / 1e6);
    json.writeNumberField("jitter", settings.jitter());
    json.writeNumberField("tokens", settings.tokens());
    json.writeNumberField("seed", settings.seed());
    json.writeNumberField("slow_down", settings.slowDown());
    json.writeArrayFieldStart("faults");
    for (SimFault.Chance chance : settings.faults()) {
      json.writeStartObject();
      json.writeStringField("fault", chance.fault().toString());
      json.writeNumberField("probability", chance.probability());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanField("request_overrides", settings.requestOverrides());
    json.writeNumberField("running", control.running());
    json.writeNumberField("generated", control.generated());
    json.writeEndObject();
  }
}
