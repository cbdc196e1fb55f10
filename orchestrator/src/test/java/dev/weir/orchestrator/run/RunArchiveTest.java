package dev.weir.orchestrator.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.TestDatabase;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseLog;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.store.JdbcRunStore;
import dev.weir.orchestrator.run.store.RunStore;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunArchiveTest {

  private static final Caller ALICE = new Caller("default", "alice");
  private static final Caller BOB = new Caller("default", "bob");
  private static final long HOST = 7;
  private static final List<Item> INPUT =
      List.of(
          Item.message("msg_1", Role.USER, "A long story. ".repeat(20_000)),
          Item.message("msg_2", Role.USER, "Sum it up."));

  @TempDir private Path folder;
  private Database database;
  private RunStore store;
  private RunArchive archive;

  @BeforeEach
  void open() {
    database = Database.open(TestDatabase.h2(folder));
    store = new JdbcRunStore(database, InstantSource.system());
    archive = new RunArchive(store, KryoCodec.of(WireRegistry.load(), 16 << 20));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theInputIsKeptOnce() {
    Response begun = response(Response.Status.IN_PROGRESS);
    await(archive.accept(begun, HOST));
    assertThat(await(archive.input(ALICE, id(begun)))).contains(INPUT);

    finish();
    assertThat(await(archive.input(ALICE, id(begun)))).contains(INPUT);
    assertThat(await(store.find(ALICE, id(begun))).orElseThrow().result().size()).isLessThan(2_000);
  }

  @Test
  void whatIsFoundIsWithoutItsInput() {
    Response begun = response(Response.Status.IN_PROGRESS);
    await(archive.accept(begun, HOST));
    assertThat(await(archive.find(ALICE, id(begun))))
        .contains(new RunArchive.Found.Unfinished(begun.withoutInput(), HOST, 0));

    finish();
    var found = (RunArchive.Found.Whole) await(archive.find(ALICE, id(begun))).orElseThrow();
    assertThat(found.ended().response())
        .isEqualTo(response(Response.Status.COMPLETED).withoutInput());
  }

  @Test
  void anAbandonedRunKeepsItsInputToo() {
    Response begun = response(Response.Status.IN_PROGRESS);
    await(archive.accept(begun, HOST));

    assertThat(await(archive.abandon(id(begun), 0, 8))).isTrue();
    assertThat(await(archive.input(ALICE, id(begun)))).contains(INPUT);
    assertThat(await(store.find(ALICE, id(begun))).orElseThrow().result().size()).isLessThan(2_000);
  }

  @Test
  void nobodyElseFindsTheInput() {
    Response begun = response(Response.Status.IN_PROGRESS);
    await(archive.accept(begun, HOST));

    assertThat(await(archive.input(BOB, id(begun)))).isEmpty();
    assertThat(await(archive.delete(ALICE, id(begun)))).isTrue();
    assertThat(await(archive.input(ALICE, id(begun)))).isEmpty();
  }

  private void finish() {
    Response ended = response(Response.Status.COMPLETED).withoutInput();
    ResponseLog log = new ResponseLog(0);
    log.append(new ResponseEvent.Created(response(Response.Status.IN_PROGRESS).withoutInput()));
    assertThat(await(archive.finish(ended, log, 0))).isTrue();
  }

  private static Response response(Response.Status status) {
    return new Response(
        new ResponseId("c", HOST, "01hzxk3v5n8q2w4e6r8t0yabcd"),
        ALICE,
        ResponseRequest.of("sim", INPUT),
        status,
        Instant.ofEpochSecond(1_800_000_000),
        null,
        List.of(),
        null,
        null,
        null,
        null,
        Response.Summary.NONE);
  }

  private static String id(Response response) {
    return response.id().toString();
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
