package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import dev.weir.cluster.node.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node that has no room for large values refuses them, one by one, and goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullShelfTest {

  @TempDir private static Path keeps;
  @TempDir private static Path asks;
  private TestNode keeper;
  private TestNode gateway;
  private OpenAIClient client;

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
                weir.conduit.parcels { inline = 0, total = 1 }
                """
                    .formatted(port));
    gateway = TestNode.start(asks, contact + "weir.roles = [gateway]");
    client = gateway.client();
  }

  @AfterAll
  void stop() {
    client.close();
    gateway.close();
    keeper.close();
  }

  @Test
  void aTurnThatCannotTravelFailsItsResponseAlone() {
    Response failed = client.responses().create(ask().build());

    assertThat(failed.status()).contains(ResponseStatus.FAILED);
    assertThat(failed.error().orElseThrow().message()).contains("weir.conduit.parcels.total");
    assertThat(client.responses().create(ask().store(false).build()).status())
        .contains(ResponseStatus.COMPLETED);
  }

  @Test
  void anAnswerThatCannotTravelIsRefusedAndTheHostAnswersOn() {
    String id = client.responses().create(ask().build()).id();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> client.responses().retrieve(id))
          .asInstanceOf(InstanceOfAssertFactories.type(OpenAIServiceException.class))
          .satisfies(refused -> assertThat(refused.statusCode()).isEqualTo(413));
    }
    assertThat(client.responses().create(ask().store(false).build()).status())
        .contains(ResponseStatus.COMPLETED);
  }

  private static ResponseCreateParams.Builder ask() {
    return ResponseCreateParams.builder().model("sim").input("Tell me about rivers.");
  }
}
