package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.errors.NotFoundException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStatus;
import dev.weir.cluster.database.DatabaseExtension;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A turn on a socket continues what a request continues, no more and no less. */
class SocketContinuationTest {

  private static final String FORGETFUL =
      """
      weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms, tokens = 20 }
        weir.runs.linger = 1ms
      """;

  @TempDir private Path data;

  @Test
  void aResponseIsContinuedAfterItsOwnRetention() {
    try (TestNode node = TestNode.start(data, FORGETFUL);
        SocketClient socket = new SocketClient(node, true)) {
      OpenAIClient client = node.client();
      Response first = client.responses().create(ask("Go on.").build());
      expire(node);
      awaitGone(client, first.id());

      Response second =
          client.responses().create(ask("Go on.").previousResponseId(first.id()).build());
      socket.create("\"input\":\"Go on.\",\"previous_response_id\":\"" + first.id() + "\"");
      JsonNode third = socket.turn().getLast();

      assertThat(second.status()).contains(ResponseStatus.COMPLETED);
      assertThat(third.path("type").asText()).as(third.toString()).isEqualTo("response.completed");
      assertThat(third.at("/response/usage/input_tokens").asLong())
          .isEqualTo(second.usage().orElseThrow().inputTokens());
    }
  }

  /** As the hourly sweep does with rows that are old. */
  private static void expire(TestNode node) {
    DatabaseExtension.of(node.node().system())
        .call(
            connection -> {
              try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("DELETE FROM weir_run");
              }
            })
        .toCompletableFuture()
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
  }

  private static void awaitGone(OpenAIClient client, String id) {
    Await.until(
        "a response to be gone",
        () -> {
          try {
            client.responses().retrieve(id);
            return false;
          } catch (NotFoundException gone) {
            return true;
          }
        });
  }
}
