package dev.weir.orchestrator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.queue.Workload;
import dev.weir.orchestrator.response.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepSpecTest {

  @Test
  void aRepairHasWhatIsLeftOfTheResponsesTimeTokensAndMoney() {
    Allowance allowance = Allowance.of(Map.of("weir.deadline_ms", "1500"), Instant.EPOCH);
    ModelCall call = ModelCall.of("", List.of(), 10);
    StepSpec step =
        new StepSpec(
            "s",
            "resp_1",
            new Caller("t", "u"),
            "m",
            call,
            null,
            false,
            "",
            Workload.INTERACTIVE,
            TraceContext.NONE,
            allowance);
    assertThat(step.repairing(call).allowance()).isSameAs(allowance);
    assertThat(step.after("so far", 2).allowance()).isSameAs(allowance);
  }
}
