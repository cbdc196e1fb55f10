package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import dev.weir.cluster.node.FreePorts;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Branches run on all inference nodes of a cluster. */
class PipelineSpreadTest {

  @Test
  void eightBranchesOverlapOnTwoInferenceNodes(@TempDir Path one, @TempDir Path two)
      throws Exception {
    int port = FreePorts.one();
    String cluster = "weir.cluster.contact-points = [\"127.0.0.1:%d\"]\n".formatted(port);
    try (BranchUpstream upstream = new BranchUpstream();
        TestNode first =
            TestNode.start(
                one,
                cluster
                    + "weir.cluster.management-port = "
                    + port
                    + "\n"
                    + upstream.deployment("one"));
        TestNode second =
            TestNode.start(
                two,
                cluster + "weir.roles = [gateway, inference]\n" + upstream.deployment("two"))) {
      OpenAIClient client = second.client();
      upstream.expect(8);

      var response =
          client
              .responses()
              .create(
                  ResponseCreateParams.builder()
                      .model("pipeline/perspectives")
                      .input("Should we build a dam?")
                      .putAdditionalBodyProperty(
                          "metadata",
                          JsonValue.from(
                              Map.of("perspectives.model", "mock", "perspectives.branches", "8")))
                      .build());

      assertThat(response.status()).contains(ResponseStatus.COMPLETED);
      assertThat(upstream.calls()).filteredOn(BranchUpstream.Call::isBranch).hasSize(8);
      assertThat(upstream.calls()).extracting(BranchUpstream.Call::node).contains("one", "two");
      client.close();
      OpenAIClient other = first.client();
      assertThat(other.responses().retrieve(response.id()).status())
          .contains(ResponseStatus.COMPLETED);
      other.close();
    }
  }
}
