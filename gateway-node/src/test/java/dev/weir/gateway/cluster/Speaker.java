package dev.weir.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.node.Await;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One user, who talks through whichever node is told and remembers what was acknowledged: in one
 * named conversation, and in one chain of responses.
 */
final class Speaker {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private final TestCluster cluster;
  private final String user;
  private final String conversation;
  private final List<String> tried = new ArrayList<>();
  private final List<String> acknowledged = new ArrayList<>();
  private final List<String> responses = new ArrayList<>();
  private @Nullable String last;
  private long chained;
  private long used;

  private Speaker(TestCluster cluster, String user, String conversation) {
    this.cluster = cluster;
    this.user = user;
    this.conversation = conversation;
  }

  /** Begins the conversation at {@code node}. */
  static Speaker at(TestCluster cluster, int node, String user) {
    HttpRequest create =
        request(cluster, node, user, "/v1/conversations")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    List<String> id = new ArrayList<>();
    Await.until(
        "a conversation",
        () -> id.add(JSON.readTree(cluster.send(create).body()).get("id").asText()));
    return new Speaker(cluster, user, id.getFirst());
  }

  /** One more turn in the conversation; the answer's status. */
  int say(int node) throws IOException, InterruptedException {
    String text = user + " says " + tried.size();
    tried.add(text);
    HttpResponse<String> answer = post(node, body(text, "\"conversation\": \"%s\"", conversation));
    if (answer.statusCode() == 200) {
      acknowledged(answer);
      acknowledged.add(text);
    }
    return answer.statusCode();
  }

  /** One more response behind the last one of the chain. */
  int goOn(int node) throws IOException, InterruptedException {
    String previous = last == null ? "\"store\": true" : "\"previous_response_id\": \"%s\"";
    HttpResponse<String> answer = post(node, body("and then?", previous, String.valueOf(last)));
    if (answer.statusCode() == 200) {
      JsonNode response = acknowledged(answer);
      long input = response.at("/usage/input_tokens").asLong();
      assertThat(input).as("what was said before is there").isGreaterThan(chained);
      chained = input;
      last = response.get("id").asText();
    }
    return answer.statusCode();
  }

  /** A response in the conversation that takes longer than any test; to be read as it comes. */
  EventReader hold(int node) {
    return EventReader.open(
        cluster.http(),
        request(cluster, node, user, "/v1/responses")
            .POST(BodyPublishers.ofString(endless("\"stream\": true, " + named())))
            .build());
  }

  HttpResponse<String> cancel(int node, String response) {
    return cluster.send(
        request(cluster, node, user, "/v1/responses/" + response + "/cancel")
            .POST(BodyPublishers.noBody())
            .build());
  }

  /** The same for anybody. */
  static String endless(String more) {
    return "{\"model\": \"sim\", \"input\": \"Tell me.\", \"max_output_tokens\": 20000, %s,"
            .formatted(more)
        + " \"metadata\": {\"sim.tokens\": \"20000\", \"sim.itl_ms\": \"50\"}}";
  }

  private String named() {
    return "\"conversation\": \"%s\"".formatted(conversation);
  }

  private static String body(String text, String more, String name) {
    return "{\"model\": \"sim\", \"input\": \"%s\", \"max_output_tokens\": 16, %s}"
        .formatted(text, more.formatted(name));
  }

  private HttpResponse<String> post(int node, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        request(cluster, node, user, "/v1/responses")
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofString(body))
            .build();
    return cluster.http().send(request, BodyHandlers.ofString());
  }

  private JsonNode acknowledged(HttpResponse<String> answer) throws IOException {
    JsonNode response = JSON.readTree(answer.body());
    assertThat(response.get("status").asText()).as(answer.body()).isEqualTo("completed");
    used += response.at("/usage/total_tokens").asLong();
    responses.add(response.get("id").asText());
    return response;
  }

  /** All that was acknowledged is there once, in order; what was not, at most once. */
  void assertNothingLostAt(int node) throws IOException {
    List<String> there = new ArrayList<>();
    String after = "";
    for (boolean more = true; more; ) {
      JsonNode page = get(node, "/v1/conversations/" + conversation + "/items?order=asc" + after);
      for (JsonNode item : page.get("data")) {
        if (item.path("role").asText().equals("user")) {
          there.add(item.at("/content/0/text").asText());
        }
        after = "&after=" + item.get("id").asText();
      }
      more = page.get("has_more").asBoolean();
    }
    assertThat(there).doesNotHaveDuplicates().containsSubsequence(acknowledged);
    for (String response : responses) {
      assertThat(get(node, "/v1/responses/" + response).get("status").asText())
          .isEqualTo("completed");
    }
  }

  /** How many turns were acknowledged. */
  int turns() {
    return responses.size();
  }

  /** What all acknowledged responses used, in tokens. */
  long used() {
    return used;
  }

  JsonNode get(int node, String path) throws IOException {
    return JSON.readTree(cluster.send(request(cluster, node, user, path).build()).body());
  }

  private static HttpRequest.Builder request(
      TestCluster cluster, int node, String user, String path) {
    return HttpRequest.newBuilder(cluster.node(node).at(path))
        .header("Authorization", "Bearer " + user);
  }
}
