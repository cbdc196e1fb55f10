package dev.weir.gateway.node;

import static dev.weir.gateway.node.TestNode.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.inference.cache.redis.TestRedis;
import dev.weir.inference.provider.http.ScriptedUpstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes that share answers through a real Redis, and come and go. */
class SharedCacheTest {

  private final TestRedis redis = TestRedis.start();
  private final AtomicInteger calls = new AtomicInteger();
  private final ScriptedUpstream upstream = ScriptedUpstream.start(this::play);
  private int lives;

  @TempDir private Path folder;

  @AfterEach
  void stop() {
    upstream.close();
    redis.close();
  }

  private void play(ScriptedUpstream.Exchange exchange) throws IOException {
    int call = calls.incrementAndGet();
    exchange.events();
    exchange.event(
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Answer %d\"}}]}".formatted(call));
    exchange.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    exchange.event(
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}");
    exchange.event("[DONE]");
    exchange.end();
  }

  /** A node that knows nothing of those before it. */
  private TestNode start() throws IOException {
    return TestNode.start(
        Files.createDirectory(folder.resolve("life-" + lives++)),
        """
        weir {
          admin.key = admin
          cache.redis { url = "%s", timeout = 30s, pause = 10ms }
          deployments.mine { provider = openai, base-url = "%s/v1", price { input = 1, output = 1 }
                             cache { calls = all } }
          models.mine { deployments = [mine] }
          keys {
            alice { sha256 = "%s", user = alice }
            bob { sha256 = "%s", user = bob }
          }
        }
        """
            .formatted(
                redis.url(), upstream.url(), TestNode.sha256("alice"), TestNode.sha256("bob")));
  }

  @Test
  void anAnswerOutlivesItsNodeAndStaysWithItsUserUntilItIsForgotten() throws Exception {
    try (TestNode first = start()) {
      assertThat(ask(first, "alice")).isEqualTo("miss: Answer 1");
      awaitKept(1);
    }
    try (TestNode second = start()) {
      assertThat(ask(second, "alice")).isEqualTo("hit: Answer 1");
      assertThat(ask(second, "bob")).isEqualTo("miss: Answer 2");
      awaitKept(2);
      assertThat(ask(second, "alice")).isEqualTo("hit: Answer 1");
      HttpResponse<String> forgotten = forget(second, "model=mine");
      assertThat(forgotten.statusCode()).as(forgotten.body()).isEqualTo(200);
      assertThat(json(forgotten).path("forgotten").asInt()).isEqualTo(2);
    }
    try (TestNode third = start()) {
      assertThat(ask(third, "alice")).isEqualTo("miss: Answer 3");
    }
  }

  @Test
  void nodesThatAreStrangersShareWhatTheyAskAndForget() throws Exception {
    try (TestNode one = start();
        TestNode other = start()) {
      assertThat(ask(one, "alice")).isEqualTo("miss: Answer 1");
      awaitKept(1);
      assertThat(ask(other, "alice")).isEqualTo("hit: Answer 1");
      assertThat(forget(one, "tag=none").statusCode()).isEqualTo(200);
      assertThat(ask(one, "alice")).isEqualTo("hit: Answer 1");
    }
  }

  @Test
  void withoutRedisCallsAreAnsweredAndWhatItHasCannotBeForgotten() throws Exception {
    try (TestNode node = start()) {
      assertThat(ask(node, "alice")).isEqualTo("miss: Answer 1");
      redis.kill();
      assertThat(ask(node, "bob")).isEqualTo("miss: Answer 2");
      assertThat(ask(node, "bob")).endsWith(": Answer 2");
      HttpResponse<String> unreached = forget(node, "model=mine");
      assertThat(unreached.statusCode()).isEqualTo(503);
      assertThat(json(unreached).path("error").path("code").asText())
          .isEqualTo("cache_store_unanswered");
      assertThat(ask(node, "bob")).isEqualTo("miss: Answer 3");
    }
  }

  /** An answer is put after its last word: Redis has so many, and its book. */
  private void awaitKept(int answers) {
    Await.until(
        answers + " answers in Redis",
        () -> redis.<Integer>with(commands -> commands.keys("weir:1:*").size()) == answers + 1);
  }

  private static String ask(TestNode node, String key) throws Exception {
    JsonNode response =
        json(
            node.send(
                node.request("/v1/responses")
                    .header("Authorization", "Bearer " + key)
                    .POST(
                        BodyPublishers.ofString(
                            "{\"model\": \"mine\", \"input\": \"Tell me.\"}"))));
    return response.path("weir").path("cache").path("status").asText()
        + ": "
        + response.path("output").path(0).path("content").path(0).path("text").asText();
  }

  private static HttpResponse<String> forget(TestNode node, String query) throws Exception {
    return node.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/admin/cache?%s".formatted(node.node().adminPort(), query)))
            .header("Authorization", "Bearer admin")
            .DELETE());
  }
}
