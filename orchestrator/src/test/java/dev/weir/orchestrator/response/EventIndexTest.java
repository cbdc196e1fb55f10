package dev.weir.orchestrator.response;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.error.WeirError;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventIndexTest {

  @Test
  void replayEqualsTheLogOfAnyTranscript() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      ResponseLog log = new ResponseLog(random.nextInt(3));
      Response begun = begun();
      log.append(new ResponseEvent.Created(begun));
      log.append(new ResponseEvent.InProgress(begun));
      if (random.nextBoolean()) {
        log.append(new ResponseEvent.Resumed(2));
      }
      for (int queued = random.nextInt(3); queued > 0; queued--) {
        log.append(new ResponseEvent.Queued(500 * queued));
      }
      Transcript transcript = new Transcript("i", log::append);
      Deque<OutputItem.Step> steps = new ArrayDeque<>();
      for (int delta = random.nextInt(60); delta > 0; delta--) {
        switch (random.nextInt(8)) {
          case 0 -> {
            steps.add(opened(delta));
            transcript.open(steps.getLast());
          }
          case 1 -> {
            if (!steps.isEmpty()) {
              transcript.close(closed(steps.removeFirst(), random));
            }
          }
          default -> transcript.add(delta(random));
        }
      }
      transcript.finish(random.nextBoolean() ? ItemStatus.COMPLETED : ItemStatus.INCOMPLETE);
      Response ended = ended(begun, transcript.output());
      log.append(new ResponseEvent.Ended(ended));

      assertThat(EventIndex.replay(ended, EventIndex.of(log)))
          .isEqualTo(log.read(0, Integer.MAX_VALUE).events());
    }
  }

  private static OutputItem.Step opened(int number) {
    return new OutputItem.Step(
        "step_" + number,
        "part",
        ItemStatus.IN_PROGRESS,
        1,
        "m",
        Instant.EPOCH.plusNanos(number),
        null,
        null,
        null);
  }

  private static OutputItem.Step closed(OutputItem.Step step, Random random) {
    boolean failed = random.nextBoolean();
    return new OutputItem.Step(
        step.id(),
        step.name(),
        failed ? ItemStatus.INCOMPLETE : ItemStatus.COMPLETED,
        1 + random.nextInt(3),
        step.model(),
        step.startedAt(),
        Duration.ofMillis(random.nextInt(100)),
        new Usage(1, 0, 2, 0),
        failed ? new WeirError.ModelFailed("broken", "Broken.", false) : null);
  }

  private static Delta delta(Random random) {
    String text = "wörds".substring(random.nextInt(4));
    return switch (random.nextInt(8)) {
      case 0 -> new Delta.Reasoning(text);
      case 1 -> new Delta.Refusal(text);
      case 2 -> new Delta.ToolCall(random.nextInt(2), "call", "tool", text);
      default -> new Delta.Text(text);
    };
  }

  private static Response begun() {
    ResponseRequest request =
        ResponseRequest.of("m", List.of(Item.message("msg_1", Role.USER, "hello")));
    return new Response(
        new ResponseId("c", 1, "u"),
        new Caller("t", "u"),
        request,
        Response.Status.IN_PROGRESS,
        Instant.EPOCH,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }

  private static Response ended(Response begun, List<OutputItem> output) {
    return new Response(
        begun.id(),
        begun.caller(),
        begun.request(),
        Response.Status.COMPLETED,
        begun.createdAt(),
        Instant.EPOCH,
        output,
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }
}
