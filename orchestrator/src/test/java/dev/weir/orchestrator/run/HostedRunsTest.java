package dev.weir.orchestrator.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.HostedRuns.Hosted;
import dev.weir.orchestrator.run.HostedRuns.Standing;
import java.time.Instant;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class HostedRunsTest {

  private static final Caller ALICE = new Caller("default", "alice");
  private static final Caller BOB = new Caller("default", "bob");

  private final HostedRuns runs = new HostedRuns();

  @Test
  void aRunLivesUntilItHasEndedAndBeenRead() {
    runs.expect(id(1));
    runs.expect(id(2));
    assertThat(runs.live()).isEqualTo(2);

    runs.release(id(1));
    runs.remove(id(2));
    assertThat(runs.live()).isZero();
  }

  @Test
  void aRunIsFoundByItsCallerAlone() {
    host(1);
    assertThat(runs.find(id(1), ALICE)).isPresent();
    assertThat(runs.find(id(1), BOB)).isEmpty();
    assertThat(runs.find(id(2), ALICE)).isEmpty();
  }

  @Test
  void whatIsForgottenIsToldSo() {
    TestInbox<Run.Command> run = host(1);
    runs.release(id(1));
    assertThat(standing(1)).isEqualTo(Standing.KNOWN);
    assertThat(run.hasMessages()).isFalse();

    runs.forget(id(1));
    assertThat(standing(1)).isEqualTo(Standing.FORGOTTEN);
    run.expectMessage(Run.Forget.NOW);
  }

  @Test
  void whatIsDeletedStaysSo() {
    TestInbox<Run.Command> run = host(1);
    runs.delete(id(1));
    runs.release(id(1));
    runs.forget(id(1));
    assertThat(standing(1)).isEqualTo(Standing.DELETED);
    run.expectMessage(Run.Forget.NOW);
  }

  @Test
  void theFirstOfTooManyThatLingerIsForgotten() {
    TestInbox<Run.Command> first = host(0);
    TestInbox<Run.Command> second = host(1);
    for (int run = 0; run < HostedRuns.LINGERING; run++) {
      runs.release(id(run));
    }
    assertThat(first.hasMessages()).isFalse();

    runs.release(id(HostedRuns.LINGERING));
    first.expectMessage(Run.Forget.NOW);
    assertThat(second.hasMessages()).isFalse();
    assertThat(standing(0)).isEqualTo(Standing.FORGOTTEN);
    assertThat(standing(1)).isEqualTo(Standing.KNOWN);
  }

  @Test
  void whatIsNoMoreMakesRoomForOthersToLinger() {
    TestInbox<Run.Command> second = host(1);
    for (int run = 0; run < HostedRuns.LINGERING; run++) {
      runs.release(id(run));
    }
    runs.remove(id(0));
    runs.release(id(HostedRuns.LINGERING));
    assertThat(second.hasMessages()).isFalse();
    assertThat(runs.remove(id(1))).isPresent();
    assertThat(runs.remove(id(1))).isEmpty();
  }

  private TestInbox<Run.Command> host(int number) {
    TestInbox<Run.Command> run = TestInbox.create();
    runs.expect(id(number));
    runs.add(id(number), new Hosted(ALICE, run.getRef(), telemetry(number)));
    return run;
  }

  private Standing standing(int number) {
    return runs.find(id(number), ALICE).orElseThrow().standing();
  }

  private static ResponseId id(int number) {
    return new ResponseId("c" + number, 7, "01hzxk3v5n8q2w4e6r8t0yabcd");
  }

  private static RunTelemetry telemetry(int number) {
    Response begun =
        new Response(
            id(number),
            ALICE,
            ResponseRequest.of("sim", List.of(Item.message("msg_1", Role.USER, "Tell me."))),
            Response.Status.IN_PROGRESS,
            Instant.EPOCH,
            null,
            List.of(),
            null,
            null,
            null,
            null,
            Response.Summary.NONE);
    return new RunTelemetry(begun, TraceContext.NONE);
  }
}
