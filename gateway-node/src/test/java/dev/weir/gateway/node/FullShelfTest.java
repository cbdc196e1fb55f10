package dev.weir.gateway.node;

import static dev.weir.gateway.node.SimResponses.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that has no room for large values refuses them, one by one, and goes on. */
class FullShelfTest {

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          """
          weir.deployments.sim { time-to-first-token = 0ms, inter-token = 0ms }
          weir.conduit.parcels { inline = 0, total = 1 }
          """,
          "weir.roles = [gateway]");

  private final OpenAIClient client = nodes.node(1).client();

  @Test
  void aTurnThatCannotTravelFailsItsResponseAlone() {
    Response failed = client.responses().create(rivers().build());

    assertThat(failed.status()).contains(ResponseStatus.FAILED);
    assertThat(failed.error().orElseThrow().message()).contains("weir.conduit.parcels.total");
    assertThat(client.responses().create(rivers().store(false).build()).status())
        .contains(ResponseStatus.COMPLETED);
  }

  @Test
  void anAnswerThatCannotTravelIsRefusedAndTheHostAnswersOn() {
    String id = client.responses().create(rivers().build()).id();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> client.responses().retrieve(id))
          .asInstanceOf(InstanceOfAssertFactories.type(OpenAIServiceException.class))
          .satisfies(refused -> assertThat(refused.statusCode()).isEqualTo(413));
    }
    assertThat(client.responses().create(rivers().store(false).build()).status())
        .contains(ResponseStatus.COMPLETED);
  }

  private static ResponseCreateParams.Builder rivers() {
    return ask("Tell me about rivers.");
  }
}
