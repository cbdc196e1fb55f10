package dev.weir.inference.shadow.cluster;

import dev.weir.cluster.telemetry.Logs;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.cluster.telemetry.ShadowMetrics;
import dev.weir.inference.item.Usage;
import dev.weir.inference.shadow.Answer;
import dev.weir.inference.shadow.Finding;
import dev.weir.inference.shadow.Outcome;
import dev.weir.inference.shadow.Sums;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Tells what became of one call of a shadow: in metrics, in the log, and to the node's sums. */
final class Result {

  private static final Logger LOG = LoggerFactory.getLogger(ShadowCall.class);

  private final ShadowRequest request;
  private final ActorRef<Shadows.Command> sums;
  private final ShadowMetrics metrics;

  Result(ShadowRequest request, ActorRef<Shadows.Command> sums) {
    this.request = request;
    this.sums = sums;
    this.metrics = new ShadowMetrics(request.route().model(), request.route().deployment().label());
  }

  /** The shadow has not been asked, or not to the end. */
  void dropped(String code) {
    line(Outcome.DROPPED).addKeyValue("code", code).log("shadow dropped");
    count(Outcome.DROPPED, Sums.of(Outcome.DROPPED));
  }

  /** The call was given up. */
  void givenUp() {
    line(Outcome.GIVEN_UP).log("shadow given up");
    count(Outcome.GIVEN_UP, Sums.of(Outcome.GIVEN_UP));
  }

  /** The upstream counts it, whoever pays. */
  void used(Answer answer) {
    Usage usage = answer.usage();
    if (!answer.hasFailed()) {
      Metrics.tokens(
          request.route().deployment().label(),
          usage.inputTokens(),
          usage.cachedInputTokens(),
          usage.outputTokens());
    }
  }

  void compared(Answer shown, Answer shadow) {
    Finding finding = Finding.of(shown, shadow, request.route().shadow().evaluator());
    line(finding.outcome())
        .addKeyValue("similarity", Math.round(finding.similarity() * 1000) / 1000.0)
        .addKeyValue("shown_code", shown.code())
        .addKeyValue("shadow_code", shadow.code())
        .addKeyValue("shown_wrong", finding.shownWrong())
        .addKeyValue("shadow_wrong", finding.shadowWrong())
        .addKeyValue("shown_first_token_ms", shown.firstToken().toMillis())
        .addKeyValue("shadow_first_token_ms", shadow.firstToken().toMillis())
        .addKeyValue("shown_ms", shown.took().toMillis())
        .addKeyValue("shadow_ms", shadow.took().toMillis())
        .addKeyValue("shown_tokens", shown.usage().outputTokens())
        .addKeyValue("shadow_tokens", shadow.usage().outputTokens())
        .addKeyValue("shown_nano_usd", shown.cost())
        .addKeyValue("shadow_nano_usd", shadow.cost())
        .log("shadow compared");
    if (finding.outcome().isPair()) {
      metrics.compared(finding.similarity());
      metrics.answered("shown", shown.firstToken(), shown.took(), finding.shownWrong());
      metrics.answered("shadow", shadow.firstToken(), shadow.took(), finding.shadowWrong());
    }
    count(finding.outcome(), Sums.of(finding, shown, shadow));
  }

  private void count(Outcome outcome, Sums came) {
    metrics.came(outcome.label());
    sums.tell(new Shadows.Came(request, came));
  }

  private LoggingEventBuilder line(Outcome outcome) {
    return Logs.about(request.trace(), LOG.atInfo())
        .addKeyValue("response_id", request.id().responseId())
        .addKeyValue("model", request.route().model())
        .addKeyValue("shown", request.shown())
        .addKeyValue("shadow", request.route().deployment().name())
        .addKeyValue("outcome", outcome.label());
  }
}
