package dev.weir.gateway.embedding;

import static dev.weir.gateway.node.TestNode.json;
import static dev.weir.gateway.node.TestNode.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.weir.gateway.node.RunningNodes;
import dev.weir.gateway.node.TestNode;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v1/embeddings} as clients see it. */
class EmbeddingsTest {

  private static final CountDownLatch RELEASED = new CountDownLatch(1);

  /** Gives each text one number; holds the first call, refuses bad texts, never ends others. */
  private static final ScriptedUpstream UPSTREAM = ScriptedUpstream.start(EmbeddingsTest::play);

  @RegisterExtension private static final RunningNodes nodes = RunningNodes.of(settings());

  private final TestNode node = nodes.node();

  private static String settings() {
    return """
    weir {
      deployments.up {
        provider = openai, base-url = "%s", upstream-model = m, serves = [embeddings], slots = 1
        batch.max-wait = 60s, input-margin = 1.0
      }
      deployments.one = ${weir.deployments.up}
      models { up { deployments = [up] }, one { deployments = [one] } }
      keys {
        any { sha256 = %s, user = any }
        paced { sha256 = %s, user = paced }
        few { sha256 = %s, user = few }
      }
      tiers { paced { tokens-per-day = 100 }, few { models = [sim] } }
      users { paced { tier = paced }, few { tier = few } }
    }
    """
        .formatted(UPSTREAM.url(), sha256("any"), sha256("paced"), sha256("few"));
  }

  private static void play(ScriptedUpstream.Exchange exchange) throws IOException {
    String body = exchange.request().body();
    if (body.contains("\"hold\"")) {
      await();
    }
    if (body.contains("\"silence\"")) {
      exchange.awaitClosed();
    } else if (body.contains("\"bad\"")) {
      exchange.answer(400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}");
    } else {
      int inputs = (int) Pattern.compile("text [0-9]+|\"hold\"").matcher(body).results().count();
      String data =
          IntStream.range(0, inputs)
              .mapToObj(at -> "{\"index\":%d,\"embedding\":[%d]}".formatted(at, at))
              .reduce((one, other) -> one + "," + other)
              .orElseThrow();
      exchange.answer(
          200, "{\"data\":[%s],\"usage\":{\"prompt_tokens\":%d}}".formatted(data, inputs * 2));
    }
  }

  private static void await() throws IOException {
    try {
      RELEASED.await(2, TimeUnit.MINUTES);
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  @AfterAll
  static void stop() {
    UPSTREAM.close();
  }

  private HttpRequest.Builder request(String key, String body) {
    return node.request("/v1/embeddings")
        .header("Authorization", "Bearer " + key)
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> post(String body) throws Exception {
    return node.send(request("any", body));
  }

  private CompletableFuture<HttpResponse<String>> send(String text) {
    String body = "{\"model\":\"one\",\"input\":\"%s\"}".formatted(text);
    return node.http().sendAsync(request("any", body).build(), BodyHandlers.ofString());
  }

  @Test
  void theOfficialClientGetsVectorsInEitherFormat() {
    OpenAIClient client =
        OpenAIOkHttpClient.builder()
            .baseUrl(node.url("/v1").toString())
            .apiKey("any")
            .maxRetries(0)
            .build();
    var params =
        EmbeddingCreateParams.builder()
            .model("embed")
            .inputOfArrayOfStrings(List.of("The river runs.", "Interest rates rose."))
            .user("u");
    CreateEmbeddingResponse usual = client.embeddings().create(params.build());
    usual.validate();
    CreateEmbeddingResponse numbers =
        client
            .embeddings()
            .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build());
    client.close();
    assertThat(usual.model()).isEqualTo("embed");
    assertThat(usual.usage().promptTokens()).isEqualTo(9);
    assertThat(usual.usage().totalTokens()).isEqualTo(9);
    assertThat(usual.data()).hasSize(2);
    for (int at = 0; at < 2; at++) {
      assertThat(usual.data().get(at).index()).isEqualTo(at);
      assertThat(usual.data().get(at).embedding()).hasSize(256);
      assertThat(usual.data().get(at).embedding()).isEqualTo(numbers.data().get(at).embedding());
    }
    double squares = usual.data().getFirst().embedding().stream().mapToDouble(x -> x * x).sum();
    assertThat(squares).isCloseTo(1, within(1e-5));
  }

  @Test
  void theAnswerHasTheUsualShape() throws Exception {
    HttpResponse<String> answer =
        post(
            "{\"model\":\"embed\",\"input\":\"Grüße\",\"dimensions\":3,\"encoding_format\":\"base64\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    JsonNode body = json(answer);
    assertThat(body.at("/object").asText()).isEqualTo("list");
    assertThat(body.at("/data/0/object").asText()).isEqualTo("embedding");
    assertThat(body.at("/data/0/index").asInt()).isZero();
    assertThat(Base64.getDecoder().decode(body.at("/data/0/embedding").asText())).hasSize(12);
    assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'input':'a'} | model",
        "{'model':7,'input':'a'} | model",
        "{'model':'nonsense','input':'a'} | model",
        "{'model':'sim','input':'a'} | model",
        "{'model':'pipeline/summarize','input':'a'} | model",
        "{'model':'embed'} | input",
        "{'model':'embed','input':null} | input",
        "{'model':'embed','input':''} | input",
        "{'model':'embed','input':[]} | input",
        "{'model':'embed','input':['a','']} | input",
        "{'model':'embed','input':['a',1]} | input",
        "{'model':'embed','input':[1,2,3]} | input",
        "{'model':'embed','input':[[1,2],[3]]} | input",
        "{'model':'embed','input':{'a':1}} | input",
        "{'model':'embed','input':'a','dimensions':0} | dimensions",
        "{'model':'embed','input':'a','dimensions':1.5} | dimensions",
        "{'model':'embed','input':'a','dimensions':5000} | dimensions",
        "{'model':'embed','input':'a','encoding_format':'int8'} | encoding_format",
        "{'model':'embed','input':'a','user':1} | user",
      })
  void everyWrongFieldIsNamed(String body, String param) throws Exception {
    HttpResponse<String> answer = post(body.strip().replace('\'', '"'));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(json(answer).at("/error/param").asText()).isEqualTo(param);
  }

  @Test
  void moreThanTheMostInputsAreRefused() throws Exception {
    String inputs = "\"a\",".repeat(2048);
    HttpResponse<String> answer = post("{\"model\":\"embed\",\"input\":[" + inputs + "\"a\"]}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("2048");
  }

  @Test
  void aModelOfEmbeddingsDoesNotChat() throws Exception {
    for (String path : List.of("/v1/responses", "/v1/chat/completions")) {
      HttpResponse<String> answer =
          node.send(
              node.request(path)
                  .header("Authorization", "Bearer any")
                  .POST(
                      BodyPublishers.ofString(
                          "{\"model\":\"embed\",\"input\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}")));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(json(answer).at("/error/code").asText()).isEqualTo("unsupported_model");
      assertThat(json(answer).at("/error/param").asText()).isEqualTo("model");
    }
  }

  @Test
  void aTiersModelsHoldHereToo() throws Exception {
    HttpResponse<String> answer =
        node.send(request("few", "{\"model\":\"embed\",\"input\":\"a\"}"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("model_not_found");
  }

  @Test
  void budgetsAreReservedAndSettledWithTheUpstreamsCount() throws Exception {
    HttpResponse<String> answer =
        node.send(request("paced", "{\"model\":\"up\",\"input\":[\"text 1\",\"text 2\"]}"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-ratelimit-limit-tokens")).contains("100");
    assertThat(json(answer).at("/usage/prompt_tokens").asInt()).isEqualTo(4);
    HttpResponse<String> refused =
        node.send(
            request("paced", "{\"model\":\"up\",\"input\":\"" + "text 3 ".repeat(60) + "\"}"));
    assertThat(json(refused).at("/error/code").asText()).isEqualTo("request_exceeds_budget");
    HttpRequest.Builder usage = node.request("/v1/usage").header("Authorization", "Bearer paced");
    eventually(() -> assertThat(node.send(usage).body()).contains("\"spent\":4,"));
  }

  @Test
  void callsThatComeWhileOneIsUnderWayShareTheNext() throws Exception {
    CompletableFuture<HttpResponse<String>> first = send("hold");
    eventually(
        () ->
            assertThat(UPSTREAM.requests())
                .anyMatch(request -> request.body().contains("\"hold\"")));
    List<CompletableFuture<HttpResponse<String>>> others =
        IntStream.range(0, 5).mapToObj(at -> send("text " + at)).toList();
    CompletableFuture<HttpResponse<String>> bad = send("bad");
    eventually(() -> assertThat(calls("one")).isEqualTo(7));
    RELEASED.countDown();
    assertThat(first.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
    for (var other : others) {
      HttpResponse<String> answer = other.get(1, TimeUnit.MINUTES);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(json(answer).at("/usage/prompt_tokens").asInt()).isEqualTo(2);
    }
    assertThat(bad.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(502);
    long together =
        UPSTREAM.requests().stream()
            .filter(request -> request.body().contains("text 0"))
            .filter(request -> request.body().contains("text 4"))
            .count();
    assertThat(together).isPositive();
  }

  @Test
  void aClientThatLeavesEndsTheCall() throws Exception {
    eventually(() -> assertThat(UPSTREAM.playing()).isZero());
    CompletableFuture<HttpResponse<String>> asked = send("silence");
    eventually(() -> assertThat(UPSTREAM.playing()).isOne());
    asked.cancel(true);
    eventually(() -> assertThat(UPSTREAM.playing()).isZero());
  }

  private int calls(String deployment) throws Exception {
    HttpRequest status =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.node().adminPort() + "/admin/status"))
            .build();
    return json(node.http().send(status, BodyHandlers.ofString()))
        .path("deployments")
        .path(deployment)
        .path("running")
        .asInt();
  }

  private interface Assertion {
    void check() throws Exception;
  }

  private void eventually(Assertion assertion) {
    TestProbe.create(node.node().system())
        .awaitAssert(
            Duration.ofSeconds(90),
            Duration.ofMillis(50),
            () -> {
              assertion.check();
              return true;
            });
  }
}
