package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.conversations.ConversationCreateParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that is a gateway alone keeps nothing, and serves what other nodes keep. */
class GatewayOnlyTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          "weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }",
          """
          weir.roles = [gateway]
          weir.database.url = "jdbc:postgresql://127.0.0.1:1/nowhere"
          """);

  private final OpenAIClient here = nodes.node(1).client();
  private final OpenAIClient there = nodes.node(0).client();

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
    Response response = here.responses().create(rivers().conversation(id).build());

    assertThat(response.usage().orElseThrow().inputTokens()).isGreaterThan(100_000);
    assertThat(here.conversations().items().list(id).items())
        .hasSize(3)
        .isEqualTo(there.conversations().items().list(id).items());
    assertThat(here.conversations().delete(id).deleted()).isTrue();
  }

  @Test
  void servesResponsesThatRanElsewhere() {
    Response first = here.responses().create(rivers().build());
    Response second = here.responses().create(rivers().previousResponseId(first.id()).build());

    assertThat(there.responses().retrieve(second.id())).isEqualTo(second);
    assertThat(here.responses().retrieve(second.id())).isEqualTo(second);
    assertThat(here.responses().inputItems().list(second.id()).items())
        .hasSize(1)
        .isEqualTo(there.responses().inputItems().list(second.id()).items());
  }

  @Test
  void tellsWhatIsSpentElsewhere() throws Exception {
    HttpResponse<String> answer = nodes.node(1).get("/v1/usage");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"object\":\"usage\"", "tokens_per_day");
  }

  private static ResponseCreateParams.Builder rivers() {
    return ask("Tell me about rivers.");
  }
}
