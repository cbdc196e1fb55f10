package dev.weir.cluster.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

  private static final String HEADER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void aHeaderIsReadAndWrittenAsItWas() {
    assertThat(TraceContext.parse(HEADER).orElseThrow().traceparent()).isEqualTo(HEADER);
  }

  @Test
  void aNewTraceIsAHeaderOfItsOwn() {
    TraceContext root = TraceContext.root(new Random(1));

    assertThat(TraceContext.parse(root.traceparent())).contains(root);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"
      })
  void whatTheStandardForbidsIsNoContext(String header) {
    assertThat(TraceContext.parse(header)).isEmpty();
  }

  @Test
  void theRequestsNameTravelsAlong() {
    TraceContext named = TraceContext.root(new Random(1)).withRequestId("req_1");

    assertThat(named.below("b7ad6b7169203331").requestId()).isEqualTo("req_1");
  }
}
