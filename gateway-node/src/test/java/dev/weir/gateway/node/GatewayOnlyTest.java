package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.conversations.ConversationCreateParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.weir.cluster.node.FreePorts;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node that is a gateway alone keeps nothing, and serves what other nodes keep. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayOnlyTest {

  @TempDir private static Path keeps;
  @TempDir private static Path asks;
  private TestNode keeper;
  private TestNode gateway;
  private OpenAIClient here;
  private OpenAIClient there;

  @BeforeAll
  void start() throws IOException {
    int port = FreePorts.one();
    String contact = "weir.cluster.contact-points = [\"127.0.0.1:%d\"]\n".formatted(port);
    keeper =
        TestNode.start(
            keeps,
            contact
                + """
                weir.cluster.management-port = %d
                weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
                """
                    .formatted(port));
    gateway =
        TestNode.start(
            asks,
            contact
                + """
                weir.roles = [gateway]
                weir.database.url = "jdbc:postgresql://127.0.0.1:1/nowhere"
                """);
    here = gateway.client();
    there = keeper.client();
  }

  @AfterAll
  void stop() {
    here.close();
    there.close();
    gateway.close();
    keeper.close();
  }

  @Test
  void servesConversationsThatLiveElsewhere() {
    String id =
        here.conversations()
            .create(
                ConversationCreateParams.builder()
                    .addItem(
                        EasyInputMessage.builder()
                            .role(EasyInputMessage.Role.USER)
                            .content("The river. ".repeat(40_000))
                            .build())
                    .build())
            .id();
    Response response = here.responses().create(ask().conversation(id).build());

    assertThat(response.usage().orElseThrow().inputTokens()).isGreaterThan(100_000);
    assertThat(here.conversations().items().list(id).items())
        .hasSize(3)
        .isEqualTo(there.conversations().items().list(id).items());
    assertThat(here.conversations().delete(id).deleted()).isTrue();
  }

  @Test
  void servesResponsesThatRanElsewhere() {
    Response first = here.responses().create(ask().build());
    Response second = here.responses().create(ask().previousResponseId(first.id()).build());

    assertThat(there.responses().retrieve(second.id())).isEqualTo(second);
    assertThat(here.responses().retrieve(second.id())).isEqualTo(second);
    assertThat(here.responses().inputItems().list(second.id()).items())
        .hasSize(1)
        .isEqualTo(there.responses().inputItems().list(second.id()).items());
  }

  @Test
  void tellsWhatIsSpentElsewhere() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(gateway.url("/v1/usage")).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"object\":\"usage\"", "tokens_per_day");
    }
  }

  private static ResponseCreateParams.Builder ask() {
    return ResponseCreateParams.builder().model("sim").input("Tell me about rivers.");
  }
}
