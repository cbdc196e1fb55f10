package dev.weir.gateway.telemetry;

import static dev.weir.gateway.node.TestNode.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.weir.gateway.node.Await;
import dev.weir.gateway.node.TestNode;
import dev.weir.orchestrator.response.Caller;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an operator can read of requests, in numbers and in the log, and what nobody can. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsTest {

  private static final String KEY = "sk-7d1f-the-key";
  private static final String USER = "alice-the-user";
  private static final String PROMPT = "zyxprompt";

  /** What requests that went well, failed and were refused leave behind. */
  private static final List<Pattern> NUMBERS =
      Stream.concat(
              Stream.of(
                  "weir_errors_total\\{at=\"run\",code=\"upstream_error\"}",
                  "weir_runs_active 0\\.0",
                  "weir_retries_total\\{code=\"upstream_error\"}",
                  "stage=\"ledger\\.persist\"",
                  "weir_ttft_seconds_count\\{model=\"sim\"} [1-9]\\d*\\.0",
                  "weir_itl_seconds_count\\{model=\"sim\"} [1-9]\\d*\\.0",
                  "weir_tpot_seconds_count\\{model=\"sim\"} [1-9]\\d*\\.0",
                  "weir_ttft_seconds_bucket\\{[^}]*le=\"0.3\"[^}]*}",
                  "weir_request_duration_seconds_count\\{[^}]*POST /v1/responses[^}]*}",
                  "weir_response_duration_seconds_count\\{[^}]*model=\"sim\"[^}]*}",
                  "weir_tokens_total\\{[^}]*direction=\"output\"[^}]*} [1-9]",
                  "weir_tokens_total\\{[^}]*direction=\"input\"[^}]*} [1-9]",
                  "weir_errors_total\\{[^}]*model_not_found[^}]*}",
                  "weir_readers_active",
                  "weir_queue_waiting\\{deployment=\"sim\"} 0\\.0",
                  "weir_generations_running\\{deployment=\"sim\"}",
                  "weir_budget_granted_total"),
              Stream.of("run", "user.reserve", "queue", "first_token", "generation", "run.store")
                  .map(stage -> "weir_stage_duration_seconds_count\\{stage=\"" + stage + "\"}"))
          .map(Pattern::compile)
          .toList();

  private static final Pattern ANY_ID = Pattern.compile("resp_|req_|conv_|[0-9A-HJKMNP-TV-Z]{26}");

  @TempDir private static Path data;
  private final Lines lines = new Lines();
  private TestNode node;

  @BeforeAll
  void start() {
    lines.start();
    root().addAppender(lines);
    node =
        TestNode.start(
            data,
            """
            weir {
              keys.k { sha256 = "%s", user = "%s", tenant = acme }
              deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
              telemetry.interval = 100ms
              conduit.open-timeout = 10m
            }
            """
                .formatted(sha256(KEY), USER));
  }

  @AfterAll
  void stop() {
    node.close();
    root().detachAppender(lines);
  }

  @Test
  void everyNumberOfARequestIsServedAndNamesNobody() throws Exception {
    String answer = post("{\"model\":\"sim\",\"stream\":true,\"input\":\"" + PROMPT + "\"}");
    post("{\"model\":\"" + PROMPT + "\",\"input\":\"x\"}");
    post("{\"model\":\"sim\",\"input\":\"x\",\"metadata\":{\"sim.fault\":\"server_error\"}}");

    String page = page(text -> NUMBERS.stream().allMatch(number -> number.matcher(text).find()));

    assertThat(answer).contains("response.completed");
    assertThat(page).doesNotContain(PROMPT, USER, Caller.hash(USER), "acme", KEY);
    assertThat(page).doesNotContainPattern(ANY_ID);
  }

  @Test
  void aBackgroundResponseHasNoReader() throws Exception {
    String begun =
        post(
            """
            {"model": "sim", "input": "x", "background": true,
             "metadata": {"sim.tokens": "30000", "sim.itl_ms": "10"}}
            """);
    page(text -> text.contains("weir_runs_active 1.0") && text.contains("weir_readers_active 0.0"));

    Matcher id = Pattern.compile("resp_\\w+").matcher(begun);
    assertThat(id.find()).as(begun).isTrue();
    assertThat(send("/v1/responses/" + id.group() + "/cancel", "")).contains("cancelled");
  }

  @Test
  void everyLineAboutARequestNamesItAndItsTraceAndNoneWhatWasSaid() throws Exception {
    String answer =
        post(
            "{\"model\":\"sim\",\"input\":\"" + PROMPT + "\",\"metadata\":{\"sim.tokens\":\"9\"}}");
    post(
        "{\"model\":\"sim\",\"input\":\""
            + PROMPT
            + "\",\"metadata\":{\"sim.fault\":\"server_error\"}}");
    post("{\"model\":\"sim\",\"input\": " + PROMPT);

    List<String> about =
        Await.found(
            "all lines",
            () -> lines.of("dev.weir.gateway.http", "dev.weir.orchestrator"),
            come ->
                come.size() >= 3
                    && come.stream().anyMatch(line -> line.contains("attempt failed"))
                    && come.stream().anyMatch(line -> line.contains("response ended")));

    assertThat(answer).contains("output_text");
    assertThat(about)
        .allSatisfy(line -> assertThat(line).containsPattern("\"request_id\":\"[^\"]+\""))
        .allSatisfy(line -> assertThat(line).containsPattern("\"trace_id\":\"[0-9a-f]{32}\""));
    assertThat(lines.all())
        .noneMatch(line -> line.contains(PROMPT))
        .noneMatch(s -> s.contains(KEY));
    assertThat(lines.all()).noneMatch(line -> line.contains(said(answer)));
  }

  private static String said(String answer) {
    int from = answer.indexOf("\"text\":\"", answer.indexOf("output_text")) + 8;
    return answer.substring(from, Math.min(from + 20, answer.indexOf('"', from)));
  }

  private String post(String body) throws Exception {
    return send("/v1/responses", body);
  }

  private String send(String path, String body) throws Exception {
    return node.send(
            node.request(path)
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)))
        .body();
  }

  /** The page of numbers once it is complete. */
  private String page(Predicate<String> complete) {
    return Await.found("all numbers", () -> node.get("/metrics").body(), complete);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** Every line of the log, as it is written in production. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {

    private record Line(String logger, String text) {}

    private final JsonEncoder encoder = new JsonEncoder();
    private final List<Line> written = new CopyOnWriteArrayList<>();

    @Override
    public void start() {
      encoder.start();
      super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
      written.add(
          new Line(
              event.getLoggerName(), new String(encoder.encode(event), StandardCharsets.UTF_8)));
    }

    List<String> all() {
      return written.stream().map(Line::text).toList();
    }

    List<String> of(String... packages) {
      return written.stream()
          .filter(line -> List.of(packages).stream().anyMatch(line.logger()::startsWith))
          .map(Line::text)
          .toList();
    }
  }
}
