package dev.weir.orchestrator.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.conversation.Conversation;
import dev.weir.orchestrator.conversation.Packer;
import dev.weir.orchestrator.entity.Entities;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.store.IdempotencyStore;
import dev.weir.orchestrator.run.store.NewRun;
import dev.weir.orchestrator.run.store.RunRow;
import dev.weir.orchestrator.run.store.RunStatus;
import dev.weir.orchestrator.run.store.RunStore;
import dev.weir.orchestrator.user.RateLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SafekeepingTest {

  private static final RateLimits LIMITS = new RateLimits(List.of());
  private static final WeirError DOWN =
      new WeirError.Unavailable("database_unavailable", "Down.", Duration.ofSeconds(1));

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<Run.Admission> admission = kit.createTestProbe();
  private final TestProbe<RunHost.Command> keeper = kit.createTestProbe();
  private final List<WeirError> unkept = new ArrayList<>();
  private final Response begun = begun();
  private final ResponseLog log = new ResponseLog(0);

  /** What was asked of the store and of the conversation, in order. */
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** What the store answers, in order; yes when there is nothing more. */
  private final Queue<CompletionStage<Boolean>> answers = new ConcurrentLinkedQueue<>();

  private volatile Conversation.Reply conversation = new Conversation.Done();
  private final Safekeeping safekeeping = safekeeping(null);

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  @Test
  void whoIsToldOfTheAdmissionFindsTheRow() {
    CompletableFuture<Boolean> row = new CompletableFuture<>();
    answers.add(row);
    safekeeping.admit(LIMITS, unkept::add);
    admission.expectNoMessage();

    row.complete(true);
    admission.expectMessage(new Run.Admitted(LIMITS));
    assertThat(asked).containsExactly("accept");
    assertThat(unkept).isEmpty();
  }

  @Test
  void aRowThatCannotBeBegunIsARefusal() {
    answers.add(down());
    safekeeping.admit(LIMITS, unkept::add);
    admission.expectMessage(new Run.Refused(DOWN, LIMITS));
    assertThat(unkept).containsExactly(DOWN);
  }

  @Test
  void theTurnIsKeptBeforeTheRowsEnd() {
    safekeeping.admit(LIMITS, unkept::add);
    assertThat(await(safekeeping.end(ended(), log, 0))).isEqualTo(ended());
    assertThat(asked).containsExactly("accept", "append", "finish COMPLETED");
  }

  @Test
  void whatFailedLeavesNoTurn() {
    safekeeping.admit(LIMITS, unkept::add);
    await(safekeeping.end(ended().failed(DOWN), log, 0));
    assertThat(asked).containsExactly("accept", "finish FAILED");
  }

  @Test
  void aTurnThatIsRefusedIsAFailure() {
    WeirError gone = new WeirError.NotFound("conversation_not_found", "Deleted meanwhile.");
    conversation = new Conversation.Refused(gone);
    safekeeping.admit(LIMITS, unkept::add);
    assertThat(await(safekeeping.end(ended(), log, 0))).isEqualTo(ended().failed(gone));
    assertThat(asked).containsExactly("accept", "append", "finish FAILED");
  }

  @Test
  void aConversationThatIsOnItsWayToAnotherNodeIsWaitedFor() {
    conversation = new Conversation.Refused(DOWN);
    safekeeping.admit(LIMITS, unkept::add);
    var kept = safekeeping.end(ended(), log, 0).toCompletableFuture();
    admission.awaitAssert(
        () -> {
          assertThat(asked).containsExactly("accept", "append");
          return asked;
        });
    conversation = new Conversation.Done();
    assertThat(afterAWhile(kept)).isEqualTo(ended());
    assertThat(asked).containsExactly("accept", "append", "append", "finish COMPLETED");
  }

  @Test
  void oneThatIsNotBackAfterFourTriesMakesItAFailure() {
    conversation = new Conversation.Refused(DOWN);
    safekeeping.admit(LIMITS, unkept::add);
    var kept = safekeeping.end(ended(), log, 0).toCompletableFuture();
    assertThat(afterAWhile(kept)).isEqualTo(ended().failed(DOWN));
    assertThat(asked).filteredOn("append"::equals).hasSize(4);
    assertThat(asked).endsWith("finish FAILED");
  }

  @Test
  void aRowThatCouldNotBeBegunIsBegunBeforeItsEnd() {
    answers.add(down());
    safekeeping.admit(LIMITS, unkept::add);
    await(safekeeping.end(ended().failed(DOWN), log, 0));
    assertThat(asked).containsExactly("accept", "accept", "finish FAILED");
  }

  @Test
  void anEndIsTriedAgainAfterTwoSeconds() {
    safekeeping.admit(LIMITS, unkept::add);
    answers.add(down());
    var kept = safekeeping.end(ended().failed(DOWN), log, 0).toCompletableFuture();

    time.timePasses(Duration.ofMillis(1999));
    assertThat(asked).containsExactly("accept", "finish FAILED");
    time.timePasses(Duration.ofMillis(1));
    assertThat(await(kept)).isEqualTo(ended().failed(DOWN));
    assertThat(asked).containsExactly("accept", "finish FAILED", "finish FAILED");
  }

  @Test
  void anEndThatCannotBeKeptIsTriedFourTimes() {
    safekeeping.admit(LIMITS, unkept::add);
    for (int failure = 0; failure < 10; failure++) {
      answers.add(down());
    }
    var kept = safekeeping.end(ended().failed(DOWN), log, 0).toCompletableFuture();

    admission.awaitAssert(
        () -> {
          time.timePasses(Duration.ofSeconds(2));
          assertThat(kept).isCompletedExceptionally();
          return kept;
        });
    assertThat(WeirError.of(kept.exceptionNow())).isEqualTo(DOWN);
    assertThat(asked).filteredOn("finish FAILED"::equals).hasSize(4);
  }

  @Test
  void anEndThatIsAnothersToTellIsNotTriedAgain() {
    safekeeping.admit(LIMITS, unkept::add);
    answers.add(CompletableFuture.completedStage(false));
    var kept = safekeeping.end(ended().failed(DOWN), log, 0).toCompletableFuture();

    assertThat(WeirError.of(kept.exceptionNow()).code()).isEqualTo("run_taken_over");
    assertThat(asked).containsExactly("accept", "finish FAILED");
  }

  @Test
  void aKeysRowIsBegunWithItsClaimAndFreedBeforeTheRefusalIsTold() {
    CompletableFuture<Boolean> freed = new CompletableFuture<>();
    Safekeeping keyed = safekeeping(held(freed));
    keyed.refuse(DOWN, LIMITS);
    assertThat(asked).containsExactly("release r1");
    admission.expectNoMessage();
    assertThat(keyed.admission().toCompletableFuture()).isNotDone();

    freed.complete(true);
    admission.expectMessage(new Run.Refused(DOWN, LIMITS));
    assertThat(await(keyed.admission())).isEqualTo(new Run.Refused(DOWN, LIMITS));
  }

  @Test
  void aKeyThatCannotBeFreedDelaysNoRefusal() {
    safekeeping(held(CompletableFuture.failedFuture(DOWN.asException()))).refuse(DOWN, LIMITS);
    admission.expectMessage(new Run.Refused(DOWN, LIMITS));
  }

  @Test
  void anAdmittedKeyKeepsItsRow() {
    Safekeeping keyed = safekeeping(held(new CompletableFuture<>()));
    keyed.admit(LIMITS, unkept::add);
    admission.expectMessage(new Run.Admitted(LIMITS));
    await(keyed.end(ended(), log, 0));
    assertThat(asked).containsExactly("append", "finish COMPLETED");
  }

  private Claims.Held held(CompletionStage<Boolean> released) {
    IdempotencyStore store =
        new IdempotencyStore() {
          @Override
          public CompletionStage<Claim> claim(Claim claim, Instant oldest, @Nullable NewRun run) {
            return CompletableFuture.completedStage(claim);
          }

          @Override
          public CompletionStage<Boolean> release(Claim claim) {
            asked.add("release " + claim.response());
            return released;
          }

          @Override
          public CompletionStage<Integer> purge(Instant olderThan) {
            return CompletableFuture.completedStage(0);
          }
        };
    return new Claims.Held(
        new Claims(
            store,
            new RunArchive(new Rows(), KryoCodec.of(WireRegistry.load(), 16 << 20)),
            Duration.ofDays(1),
            () -> begun.createdAt()),
        new IdempotencyStore.Claim("k", "body", "r1", begun.createdAt()));
  }

  @Test
  void whatIsRefusedIsNotKept() {
    safekeeping.refuse(DOWN, LIMITS);
    admission.expectMessage(new Run.Refused(DOWN, LIMITS));
    assertThat(asked).isEmpty();
  }

  private Safekeeping safekeeping(Claims.@Nullable Held held) {
    RunStart start =
        new RunStart(
            begun,
            new RunTelemetry(begun, TraceContext.NONE),
            7,
            admission.ref(),
            keeper.ref(),
            held);
    Turn turn =
        new Turn(
            new Entities<>(kit.system(), kit.spawn(conversations())),
            Packer.INLINE,
            begun,
            TraceContext.NONE);
    RunArchive archive = new RunArchive(new Rows(), KryoCodec.of(WireRegistry.load(), 16 << 20));
    return new Safekeeping(kit.system(), start, archive, turn);
  }

  private Behavior<ShardingEnvelope<Conversation.Command>> conversations() {
    return Behaviors.receiveMessage(
        envelope -> {
          if (envelope.message() instanceof Conversation.Append append) {
            asked.add("append");
            append.replyTo().tell(conversation);
          }
          return Behaviors.same();
        });
  }

  private static Response begun() {
    return new Response(
        new ResponseId("c", 7, "01hzxk3v5n8q2w4e6r8t0yabcd"),
        new Caller("default", "alice"),
        ResponseRequest.of("sim", List.of(Item.message("msg_1", Role.USER, "Tell me."))),
        Response.Status.IN_PROGRESS,
        Instant.ofEpochSecond(1_800_000_000),
        null,
        List.of(),
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }

  private Response ended() {
    return new Response(
        begun.id(),
        begun.caller(),
        begun.request().withoutInput(),
        Response.Status.COMPLETED,
        begun.createdAt(),
        begun.createdAt().plusSeconds(1),
        List.of(),
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }

  private static CompletionStage<Boolean> down() {
    return CompletableFuture.failedStage(DOWN.asException());
  }

  /** Lets time pass until it is there: what it waits for may not have begun to wait. */
  private Response afterAWhile(CompletableFuture<Response> kept) {
    return admission.awaitAssert(
        Duration.ofSeconds(60),
        () -> {
          time.timePasses(Duration.ofSeconds(2));
          assertThat(kept).isCompleted();
          return kept.join();
        });
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** A store of one run's row that answers as it is told to. */
  private final class Rows implements RunStore {

    private CompletionStage<Boolean> answer(String question) {
      asked.add(question);
      CompletionStage<Boolean> next = answers.poll();
      return next == null ? CompletableFuture.completedStage(true) : next;
    }

    @Override
    public CompletionStage<Boolean> accept(NewRun run) {
      return answer("accept");
    }

    @Override
    public CompletionStage<Boolean> finish(String id, int epoch, RunRow.End end) {
      return answer("finish " + end.status());
    }

    @Override
    public CompletionStage<Boolean> milestone(
        String id, int epoch, RunStatus status, ByteString progress) {
      return answer("milestone");
    }

    @Override
    public CompletionStage<Optional<RunRow>> find(Caller owner, String id) {
      return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> delete(Caller owner, String id) {
      return answer("delete");
    }

    @Override
    public CompletionStage<List<RunRow.Open>> unfinishedOf(long host, int limit) {
      return CompletableFuture.completedStage(List.of());
    }

    @Override
    public CompletionStage<List<Long>> hosts() {
      return CompletableFuture.completedStage(List.of());
    }

    @Override
    public CompletionStage<Optional<RunRow>> claim(String id, int fromEpoch, long host) {
      return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public CompletionStage<Integer> purge(Instant olderThan) {
      return CompletableFuture.completedStage(0);
    }
  }
}
