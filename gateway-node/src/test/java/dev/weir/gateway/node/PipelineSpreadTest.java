package dev.weir.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.models.responses.ResponseStatus;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Branches run on all inference nodes of a cluster. */
class PipelineSpreadTest {

  private static final BranchUpstream upstream = BranchUpstream.start();

  @RegisterExtension
  private static final RunningNodes nodes =
      RunningNodes.of(
          upstream.deployment("one"),
          "weir.roles = [gateway, inference]\n" + upstream.deployment("two"));

  @AfterAll
  static void stop() {
    upstream.close();
  }

  @Test
  void eightBranchesOverlapOnTwoInferenceNodes() {
    upstream.expect(8);

    var response =
        nodes
            .node(1)
            .client()
            .responses()
            .create(
                PipelineCalls.params(
                    "pipeline/perspectives",
                    "Should we build a dam?",
                    Map.of("perspectives.model", "mock", "perspectives.branches", "8")));

    assertThat(response.status()).contains(ResponseStatus.COMPLETED);
    assertThat(upstream.calls()).filteredOn(BranchUpstream.Call::isBranch).hasSize(8);
    assertThat(upstream.calls()).extracting(BranchUpstream.Call::node).contains("one", "two");
    assertThat(nodes.node(0).client().responses().retrieve(response.id()).status())
        .contains(ResponseStatus.COMPLETED);
  }
}
