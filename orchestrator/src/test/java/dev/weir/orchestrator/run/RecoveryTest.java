package dev.weir.orchestrator.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.TestDatabase;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.store.JdbcRunStore;
import dev.weir.orchestrator.run.store.RunStatus;
import dev.weir.orchestrator.run.store.RunStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {

  private static final Caller ALICE = new Caller("default", "alice");
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final long SELF = 1;
  private static final long LIVING = 2;
  private static final long DEAD = 3;
  private static final long LONG_DEAD = -4;
  private static final Set<Long> MEMBERS = Set.of(SELF, LIVING);

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString(
                  """
                  pekko.actor.provider = cluster
                  pekko.cluster.jmx.enabled = off
                  pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                  """)
              .withFallback(ManualTime.config())
              .withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());

  @TempDir private Path folder;
  private Database database;
  private RunStore store;
  private RunArchive archive;
  private int runs;

  @BeforeEach
  void open() {
    database = Database.open(TestDatabase.h2(folder));
    store = new JdbcRunStore(database, InstantSource.fixed(NOW));
    archive = new RunArchive(store, KryoCodec.of(WireRegistry.load(), 16 << 20));
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    database.close();
  }

  @Test
  void straysAreThoseThatAreNoMembers() {
    assertThat(Recovery.strays(List.of(LIVING, DEAD, SELF, LONG_DEAD), MEMBERS::contains))
        .containsExactlyInAnyOrder(DEAD, LONG_DEAD);
    assertThat(Recovery.strays(List.of(), MEMBERS::contains)).isEmpty();
  }

  @Test
  void straysAreFoundHoweverManyLiveBeforeThem() {
    List<String> living = begin(250, LIVING);
    List<String> strays = begin(450, DEAD);
    strays.addAll(begin(1, LONG_DEAD));
    start();

    afterLooks(() -> assertThat(await(store.hosts())).containsExactly(LIVING));
    assertThat(strays).allSatisfy(id -> assertThat(status(id)).isEqualTo(RunStatus.FAILED));
    assertThat(living).allSatisfy(id -> assertThat(status(id)).isEqualTo(RunStatus.QUEUED));
  }

  @Test
  void whatARemovedMemberLeftIsEndedAtOnceAndOnce() {
    String lost = begin(1, DEAD).getFirst();
    String other = begin(1, LONG_DEAD).getFirst();
    ActorRef<Recovery.Command> recovery = start();

    recovery.tell(new Recovery.Removed(DEAD));
    recovery.tell(new Recovery.Removed(DEAD));

    eventually(() -> assertThat(status(lost)).isEqualTo(RunStatus.FAILED));
    var row = await(store.find(ALICE, lost)).orElseThrow();
    assertThat(row.error()).extracting("code").isEqualTo("host_lost");
    assertThat(row.epoch()).isEqualTo(1);
    assertThat(status(other)).isEqualTo(RunStatus.QUEUED);
  }

  @Test
  void aNodeThatHasNotJoinedEndsNothing() {
    String living = begin(1, LIVING).getFirst();
    Set<Long> members = ConcurrentHashMap.newKeySet();
    AtomicInteger looks = new AtomicInteger();
    kit.spawn(
        Recovery.create(
            archive,
            SELF,
            member -> {
              looks.incrementAndGet();
              return members.contains(member);
            },
            RecoveryTest::forgetNothing));
    afterLooks(() -> assertThat(looks).hasValueGreaterThan(3));
    assertThat(status(living)).isEqualTo(RunStatus.QUEUED);

    members.add(SELF);
    afterLooks(() -> assertThat(status(living)).isEqualTo(RunStatus.FAILED));
  }

  @Test
  void whatStraysLaterIsFoundByALaterLook() {
    start();
    time.timePasses(Duration.ofSeconds(5));
    String late = begin(1, DEAD).getFirst();

    afterLooks(() -> assertThat(status(late)).isEqualTo(RunStatus.FAILED));
  }

  @Test
  void aParkedRunNeedsNoHost() {
    String parked = begin(1, DEAD).getFirst();
    await(store.milestone(parked, 0, RunStatus.PARKED, ByteString.fromString("p")));
    String lost = begin(1, DEAD).getFirst();
    start();

    afterLooks(() -> assertThat(status(lost)).isEqualTo(RunStatus.FAILED));
    assertThat(status(parked)).isEqualTo(RunStatus.PARKED);
  }

  @Test
  void endedRunsAreForgottenAfterTheirRetention() {
    Response old = response(DEAD);
    await(archive.accept(old, DEAD));
    assertThat(await(archive.finish(old.failed(lost()), new ResponseLog(0), 0))).isTrue();
    String open = begin(1, LIVING).getFirst();
    kit.spawn(
        Recovery.create(
            archive, SELF, MEMBERS::contains, () -> archive.purge(NOW.plus(Duration.ofDays(1)))));

    afterLooks(() -> assertThat(await(store.find(ALICE, old.id().toString()))).isEmpty());
    assertThat(status(open)).isEqualTo(RunStatus.QUEUED);
  }

  private ActorRef<Recovery.Command> start() {
    return kit.spawn(
        Recovery.create(archive, SELF, MEMBERS::contains, RecoveryTest::forgetNothing));
  }

  private static CompletionStage<Integer> forgetNothing() {
    return CompletableFuture.completedFuture(0);
  }

  private List<String> begin(int count, long host) {
    List<Response> begun = IntStream.range(0, count).mapToObj(at -> response(host)).toList();
    begun.stream()
        .map(response -> archive.accept(response, host))
        .toList()
        .forEach(RecoveryTest::await);
    return new java.util.ArrayList<>(begun.stream().map(it -> it.id().toString()).toList());
  }

  private Response response(long host) {
    return new Response(
        new ResponseId("c" + runs++, host, "01hzxk3v5n8q2w4e6r8t0yabcd"),
        ALICE,
        ResponseRequest.of("sim", List.of(Item.message("msg_1", Role.USER, "Tell me."))),
        Response.Status.IN_PROGRESS,
        NOW.plusSeconds(runs),
        null,
        List.of(),
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }

  private static dev.weir.cluster.error.WeirError lost() {
    return new dev.weir.cluster.error.WeirError.Internal("host_lost", "Gone.");
  }

  private RunStatus status(String id) {
    return await(store.find(ALICE, id)).orElseThrow().status();
  }

  private void eventually(Runnable assertion) {
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(60),
            Duration.ofMillis(50),
            () -> {
              assertion.run();
              return true;
            });
  }

  /** After as many looks as it takes. */
  private void afterLooks(Runnable assertion) {
    eventually(
        () -> {
          time.timePasses(Duration.ofSeconds(10));
          assertion.run();
        });
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
