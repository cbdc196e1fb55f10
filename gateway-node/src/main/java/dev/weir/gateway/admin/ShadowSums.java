package dev.weir.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.inference.catalog.Model;
import dev.weir.inference.catalog.Shadow;
import dev.weir.inference.shadow.Outcome;
import dev.weir.inference.shadow.Sums;
import dev.weir.inference.shadow.cluster.Shadows;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What the shadows of the whole cluster came to: the sums of all orchestrator nodes that answer,
 * gathered when somebody asks.
 */
final class ShadowSums {

  private static final Duration WITHIN = Duration.ofSeconds(2);

  private final Survey survey;

  ShadowSums(ActorSystem<?> system) {
    this.survey = new Survey(system, WITHIN);
  }

  /**
   * What was gathered.
   *
   * @param nodes how many have answered
   */
  record Gathered(int nodes, Map<Shadows.Pair, Sums> sums) {

    /** Nobody was asked. */
    static final Gathered NONE = new Gathered(0, Map.of());

    /** Writes {@code shadow} of a model that has one. */
    void write(JsonGenerator json, Model model) throws IOException {
      Shadow shadow = model.shadow();
      if (shadow == null) {
        return;
      }
      json.writeObjectFieldStart("shadow");
      json.writeStringField("deployment", shadow.deployment());
      json.writeNumberField("share", shadow.share());
      if (nodes > 0) {
        json.writeNumberField("nodes", nodes);
        ShadowSums.write(
            json,
            sums.getOrDefault(new Shadows.Pair(model.name(), shadow.deployment()), Sums.NONE));
      }
      json.writeEndObject();
    }
  }

  /** Asks all nodes; what does not answer in time is left out. */
  CompletionStage<Gathered> gather() {
    return survey
        .of(Shadows.KEY, Shadows.Survey::new)
        .thenApply(
            answers ->
                answers.values().stream()
                    .flatMap(Optional::stream)
                    .map(ShadowSums::one)
                    .reduce(Gathered.NONE, ShadowSums::both));
  }

  private static Gathered one(Shadows.Census census) {
    return new Gathered(
        1,
        census.lines().stream().collect(Collectors.toMap(Shadows.Line::pair, Shadows.Line::sums)));
  }

  private static Gathered both(Gathered one, Gathered other) {
    Map<Shadows.Pair, Sums> sums = new HashMap<>(one.sums());
    other.sums().forEach((pair, of) -> sums.merge(pair, of, Sums::plus));
    return new Gathered(one.nodes() + other.nodes(), sums);
  }

  private static void write(JsonGenerator json, Sums sums) throws IOException {
    json.writeObjectFieldStart("calls");
    for (Outcome outcome : Outcome.values()) {
      json.writeNumberField(outcome.label(), sums.count(outcome));
    }
    json.writeEndObject();
    long pairs = sums.pairs();
    if (pairs > 0) {
      json.writeNumberField("similarity", rounded(sums.similarity() / pairs, 3));
      write(json, "shown_mean", sums.shown(), pairs);
      write(json, "shadow_mean", sums.shadow(), pairs);
      json.writeNumberField("shown_wrong", sums.shown().wrong());
      json.writeNumberField("shadow_wrong", sums.shadow().wrong());
    }
  }

  private static void write(JsonGenerator json, String name, Sums.Side side, long calls)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("first_token_ms", rounded(side.firstToken() / 1e6 / calls, 3));
    json.writeNumberField("duration_ms", rounded(side.took() / 1e6 / calls, 3));
    json.writeNumberField("output_tokens", rounded((double) side.tokens() / calls, 1));
    json.writeNumberField("cost_usd", rounded(side.cost() / 1e9 / calls, 9));
    json.writeEndObject();
  }

  private static BigDecimal rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).stripTrailingZeros();
  }
}
