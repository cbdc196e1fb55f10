package dev.weir.orchestrator.run.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.inference.item.Usage;
import dev.weir.orchestrator.response.Caller;
import java.time.Instant;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunRowTest {

  private static final ByteString SECRET = ByteString.fromString("heron");
  private static final NewRun RUN =
      new NewRun(new Caller("t", "u"), "r1", "c", null, "fast", false, 7, Instant.EPOCH, SECRET);

  @Test
  void textFormsNeverTellWhatWasAskedOrAnswered() {
    RunRow row =
        new RunRow(RUN, RunStatus.COMPLETED, 0, Instant.EPOCH, SECRET, SECRET, Usage.ZERO, null);
    RunRow.End end = new RunRow.End(RunStatus.COMPLETED, SECRET, Usage.ZERO, null);
    assertThat(row + " " + end)
        .contains("r1", "COMPLETED")
        .doesNotContain("heron", "104", "ByteString");
  }

  @ParameterizedTest
  @EnumSource
  void onlyAnEndEndsARun(RunStatus status) {
    if (status.ended()) {
      assertThat(new RunRow.End(status, SECRET, Usage.ZERO, null).status()).isEqualTo(status);
    } else {
      assertThatThrownBy(() -> new RunRow.End(status, SECRET, Usage.ZERO, null))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(RunStatus.of(status.text())).isEqualTo(status);
  }
}
