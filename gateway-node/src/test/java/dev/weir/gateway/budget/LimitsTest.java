package dev.weir.gateway.budget;

import static dev.weir.gateway.node.TestNode.json;
import static dev.weir.gateway.node.TestNode.sha256;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.gateway.node.RunningNodes;
import dev.weir.gateway.node.TestNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What callers learn of their budgets: from headers, from refusals and from {@code /v1/usage}. */
class LimitsTest {

  private static final String INPUT = "a ".repeat(400).strip();
  private static final int OUTPUT = 92;

  /** At most 400 tokens of input with 8 around them, and the output. */
  private static final int RESERVED = 408 + OUTPUT;

  /**
   * Without the 8. All that 37 runs leave over is less than one run needs, so it does not matter
   * which ends when.
   */
  private static final int USED = 400 + OUTPUT;

  private static final int RUNS = 37;
  private static final List<String> USERS =
      List.of("daily", "poor", "paced1", "paced2", "paced3", "paced4", "free", "idle");

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(settings());

  private final TestNode node = nodes.node();

  @Test
  void aDaysTokensAreEnoughForExactlySoManyOfManyAtOnce() {
    List<HttpResponse<String>> answers =
        IntStream.range(0, 200).mapToObj(at -> send(create("daily", false))).toList().stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(RUNS);
    assertThat(answers)
        .filteredOn(answer -> answer.statusCode() != 200)
        .hasSize(200 - RUNS)
        .allSatisfy(
            refused -> {
              assertThat(refused.statusCode()).isEqualTo(429);
              assertThat(json(refused).at("/error/code").asText()).isEqualTo("insufficient_quota");
              assertThat(seconds(refused, "Retry-After")).isBetween(1.0, 86_400.0);
              assertThat(header(refused, "x-ratelimit-limit-tokens"))
                  .isEqualTo("" + RUNS * RESERVED);
              assertThat(Long.parseLong(header(refused, "x-ratelimit-remaining-tokens")))
                  .isBetween(0L, (long) RESERVED - OUTPUT);
              assertThat(seconds(refused, "x-ratelimit-reset-tokens")).isBetween(0.0, 86_400.0);
            });
    eventually(
        () -> {
          JsonNode usage = usage("daily");
          assertThat(usage.get("active_runs").asInt()).isZero();
          JsonNode day = window(usage, "tokens_per_day");
          assertThat(day.get("limit").asLong()).isEqualTo(RUNS * RESERVED);
          assertThat(day.get("spent").asLong()).isEqualTo(RUNS * USED);
          assertThat(day.get("remaining").asLong()).isEqualTo(RUNS * (RESERVED - USED));
          assertThat(day.get("resets_in_ms").asLong()).isBetween(0L, 86_400_000L);
        });
  }

  @Test
  void anAnswerTellsWhatIsLeft() {
    for (HttpResponse<String> answer :
        all(
            create("paced1", false),
            create("paced2", true),
            chat("paced3", false),
            chat("paced4", true))) {
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(header(answer, "x-ratelimit-limit-requests")).isEqualTo("3");
      assertThat(header(answer, "x-ratelimit-remaining-requests")).isEqualTo("2");
      assertThat(seconds(answer, "x-ratelimit-reset-requests")).isBetween(0.0, 60.0);
      assertThat(header(answer, "x-ratelimit-limit-tokens")).isEqualTo("10000");
      assertThat(header(answer, "x-ratelimit-remaining-tokens")).isEqualTo("" + (10000 - RESERVED));
      assertThat(seconds(answer, "x-ratelimit-reset-tokens")).isBetween(0.0, 60.0);
    }
  }

  @Test
  void aRefusalTellsWhatIsLeftInWhateverFormItWasAsked() {
    assertThat(send(create("poor", false)).join().statusCode()).isEqualTo(200);

    assertThat(
            all(
                create("poor", false),
                create("poor", true),
                pipeline("poor"),
                chat("poor", false),
                chat("poor", true)))
        .hasSize(5)
        .allSatisfy(
            refused -> {
              assertThat(refused.statusCode()).isEqualTo(429);
              assertThat(json(refused).at("/error/type").asText()).isEqualTo("too_many_requests");
              assertThat(header(refused, "x-ratelimit-limit-tokens")).isEqualTo("" + RESERVED);
              assertThat(seconds(refused, "Retry-After")).isBetween(1.0, 86_400.0);
            });
  }

  @Test
  void withoutLimitsNoneAreTold() {
    HttpResponse<String> answer = send(create("free", false)).join();

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    eventually(
        () -> {
          JsonNode day = window(usage("free"), "tokens_per_day");
          assertThat(day.get("limit").isNull()).isTrue();
          assertThat(day.get("remaining").isNull()).isTrue();
          assertThat(day.get("spent").asLong()).isEqualTo(USED);
        });
  }

  @Test
  void whoNeverAskedHasSpentNothing() {
    JsonNode usage = usage("idle");

    assertThat(usage.get("object").asText()).isEqualTo("usage");
    assertThat(usage.get("active_runs").asInt()).isZero();
    assertThat(usage.get("windows"))
        .hasSize(4)
        .allSatisfy(
            window -> {
              assertThat(window.get("spent").asLong()).isZero();
              assertThat(window.get("limit").isNull()).isTrue();
            });
  }

  private static String settings() {
    String keys =
        USERS.stream()
            .map(user -> "%s { sha256 = %s, user = %s }".formatted(user, sha256(user), user))
            .collect(Collectors.joining(", "));
    return """
    weir {
        deployments.sim {
        time-to-first-token = 0ms, inter-token = 0ms, tokens = %d, input-margin = 1.0
      }
      keys { %s }
      tiers {
        daily { tokens-per-day = %d }
        poor { tokens-per-day = %d }
        paced { requests-per-minute = 3, tokens-per-minute = 10000, tokens-per-day = 90000 }
      }
      users {
        daily { tier = daily }, poor { tier = poor }
        paced1 { tier = paced }, paced2 { tier = paced }
        paced3 { tier = paced }, paced4 { tier = paced }
      }
    }
    """
        .formatted(OUTPUT, keys, RUNS * RESERVED, RESERVED);
  }

  private HttpRequest create(String user, boolean stream) {
    String body =
        "{\"model\": \"sim\", \"input\": \"%s\", \"max_output_tokens\": %d, \"stream\": %s}"
            .formatted(INPUT, OUTPUT, stream);
    return request("/v1/responses", user).POST(BodyPublishers.ofString(body)).build();
  }

  private HttpRequest pipeline(String user) {
    String body =
        "{\"model\": \"pipeline/perspectives\", \"input\": \"%s\", \"max_output_tokens\": %d}"
            .formatted(INPUT.substring(0, 199), OUTPUT);
    return request("/v1/responses", user).POST(BodyPublishers.ofString(body)).build();
  }

  private HttpRequest chat(String user, boolean stream) {
    String body =
        ("{\"model\": \"sim\", \"messages\": [{\"role\": \"user\", \"content\": \"%s\"}],"
                + " \"max_completion_tokens\": %d, \"stream\": %s}")
            .formatted(INPUT, OUTPUT, stream);
    return request("/v1/chat/completions", user).POST(BodyPublishers.ofString(body)).build();
  }

  private HttpRequest.Builder request(String path, String user) {
    return node.request(path).header("Authorization", "Bearer " + user);
  }

  private CompletableFuture<HttpResponse<String>> send(HttpRequest request) {
    return node.http().sendAsync(request, BodyHandlers.ofString());
  }

  /** The answers, asked for one after the other. */
  private List<HttpResponse<String>> all(HttpRequest... requests) {
    return Stream.of(requests).map(request -> send(request).join()).toList();
  }

  private JsonNode usage(String user) {
    HttpResponse<String> answer = send(request("/v1/usage", user).build()).join();
    assertThat(answer.statusCode()).isEqualTo(200);
    return json(answer);
  }

  private static JsonNode window(JsonNode usage, String meter) {
    return Stream.iterate(0, at -> at < usage.get("windows").size(), at -> at + 1)
        .map(at -> usage.get("windows").get(at))
        .filter(window -> window.get("meter").asText().equals(meter))
        .findFirst()
        .orElseThrow();
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("(no " + name + ")");
  }

  /** OpenAI writes {@code 6.0s}; {@code Retry-After} is the bare number. */
  private static double seconds(HttpResponse<?> answer, String name) {
    return Double.parseDouble(header(answer, name).replaceFirst("(\\.\\d)s$", "$1"));
  }

  private void eventually(Runnable assertion) {
    TestProbe.create(node.node().system())
        .awaitAssert(
            Duration.ofSeconds(90),
            Duration.ofMillis(50),
            () -> {
              assertion.run();
              return true;
            });
  }
}
