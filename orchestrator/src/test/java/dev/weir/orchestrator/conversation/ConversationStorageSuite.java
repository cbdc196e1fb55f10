package dev.weir.orchestrator.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.database.Database;
import dev.weir.cluster.database.DatabaseExtension;
import dev.weir.cluster.database.DatabaseSettings;
import dev.weir.cluster.telemetry.TraceContext;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.Role;
import dev.weir.orchestrator.conversation.Conversation.Command;
import dev.weir.orchestrator.conversation.Conversation.Done;
import dev.weir.orchestrator.conversation.Conversation.Refused;
import dev.weir.orchestrator.conversation.Conversation.Reply;
import dev.weir.orchestrator.persistence.TestJournal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What must outlive the entity and its node, on every database. */
abstract class ConversationStorageSuite {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  static final String ID = "default/alice/c1";
  private static final String SECRET = "the heron stands in the weir";

  private DatabaseSettings settings;
  private ActorTestKit kit;
  private Database database;

  abstract DatabaseSettings fresh();

  @BeforeEach
  void open() {
    open(fresh());
  }

  final void open(DatabaseSettings chosen) {
    settings = chosen;
    start();
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  private void start() {
    kit = ActorTestKit.create(TestJournal.config(settings));
    database = DatabaseExtension.of(kit.system());
  }

  @Test
  void conversationOutlivesItsNode() {
    ActorRef<Command> entity = spawn(ID);
    ask(entity, reply -> new Conversation.Create("c", Map.of("k", "v"), reply));
    ask(entity, reply -> new Conversation.AddItems("i", packed("i", SECRET), reply));
    ask(entity, appending("r1", "i", "answer"));
    kit.shutdownTestKit();
    start();
    ActorRef<Command> again = spawn(ID);
    assertThat(texts(ask(again, context("r1")))).containsExactly(SECRET, "answer");
    assertThat(((Conversation.Description) ask(again, Conversation.Describe::new)).metadata())
        .containsExactly(Map.entry("k", "v"));
  }

  @Test
  void largeConversationIsRecoveredFromItsSnapshot() {
    ActorRef<Command> entity = spawn(ID);
    String text = "words ".repeat(8_000);
    for (int turn = 0; turn < 55; turn++) {
      String parent = turn == 0 ? null : "r" + (turn - 1);
      assertThat(ask(entity, appending("r" + turn, parent, text))).isEqualTo(new Done());
    }
    snapshotIsStored();
    ActorRef<Command> again = recreate(entity);
    assertThat(texts(ask(again, context("r54")))).hasSize(55).containsOnly(text);
  }

  @Test
  void storedBytesNeverTellTheText() {
    ActorRef<Command> entity = spawn(ID);
    ask(entity, reply -> new Conversation.Create("c", Map.of("key", SECRET), reply));
    for (int turn = 0; turn < 60; turn++) {
      ask(entity, appending("r" + turn, turn == 0 ? null : "r" + (turn - 1), SECRET));
    }
    recreate(entity);
    List<byte[]> stored = await(database.call(c -> payloads(c)));
    assertThat(stored).hasSizeGreaterThan(60);
    assertThat(stored)
        .allSatisfy(
            bytes ->
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain(SECRET));
  }

  @Test
  void deletedConversationLeavesNoKeyToRead() {
    ActorRef<Command> entity = spawn(ID);
    ask(entity, appending("r1", null, SECRET));
    assertThat(secrets()).isEqualTo(1);
    assertThat(ask(entity, reply -> new Conversation.Delete("d", reply))).isEqualTo(new Done());
    assertThat(secrets()).isZero();
    ActorRef<Command> again = recreate(entity);
    assertThat(ask(again, context("r1"))).isInstanceOf(Refused.class);
    assertThat(ask(again, appending("r1", null, SECRET))).isInstanceOf(Refused.class);
    assertThat(secrets()).isZero();
  }

  @Test
  void twoEntitiesAtOnceMakeOneKey() {
    ConversationKeys keys = new JdbcConversationKeys(database, InstantSource.system());
    var made =
        IntStream.range(0, 8)
            .mapToObj(number -> keys.create(ID).toCompletableFuture())
            .toList()
            .stream()
            .map(ConversationStorageSuite::await)
            .distinct();
    assertThat(made).hasSize(1).first().isInstanceOf(ConversationKeys.Present.class);
    await(keys.destroy(ID));
    assertThat(await(keys.create(ID))).isEqualTo(new ConversationKeys.Destroyed());
    assertThat(await(keys.find(ID))).isEqualTo(new ConversationKeys.Destroyed());
    assertThat(await(keys.find("other"))).isEqualTo(new ConversationKeys.Absent());
  }

  @Test
  void manyConversationsShareTheNodesFewConnections() {
    List<CompletionStage<Reply>> replies =
        IntStream.range(0, 200)
            .mapToObj(number -> send(spawn("default/u/" + number), appending("r", null, "a")))
            .toList();
    assertThat(replies).allSatisfy(reply -> assertThat(await(reply)).isEqualTo(new Done()));
    assertThat(connections(database)).isLessThanOrEqualTo(settings.poolSize());
  }

  /** How many connections the node holds. */
  abstract int connections(Database database);

  final ActorRef<Command> spawn(String id) {
    ConversationKeys keys = new JdbcConversationKeys(database, InstantSource.system());
    var setting = new Conversation.Setting(keys, Packer.INLINE, InstantSource.system());
    return kit.spawn(Conversation.create(id, setting, () -> {}));
  }

  final ActorRef<Command> recreate(ActorRef<Command> entity) {
    kit.stop(entity);
    return spawn(ID);
  }

  final Reply ask(ActorRef<Command> entity, Function<ActorRef<Reply>, Command> command) {
    return await(send(entity, command));
  }

  private CompletionStage<Reply> send(
      ActorRef<Command> entity, Function<ActorRef<Reply>, Command> command) {
    return AskPattern.ask(entity, command::apply, PATIENCE, kit.scheduler());
  }

  final Function<ActorRef<Reply>, Command> context(String parent) {
    TestProbe<Object> run = kit.createTestProbe();
    return reply ->
        new Conversation.Context(parent, false, "x", run.getRef(), reply, TraceContext.NONE);
  }

  static Function<ActorRef<Reply>, Command> appending(
      String response, @Nullable String parent, String text) {
    return reply ->
        new Conversation.Append(
            response, parent, false, packed(response, text), reply, TraceContext.NONE);
  }

  private static Packed packed(String id, String text) {
    return new Packed.Inline(List.of(Item.message(id, Role.USER, text)));
  }

  static List<String> texts(Reply reply) {
    Packed packed = ((Conversation.Items) reply).items();
    return ((Packed.Inline) packed)
        .items().stream().map(item -> ((Item.Message) item).text()).toList();
  }

  private int secrets() {
    return await(
        database.call(
            c -> number(c, "select count(*) from weir_conversation_key where secret is not null")));
  }

  private void snapshotIsStored() {
    String sql = "select count(*) from " + quoted("snapshot");
    kit.createTestProbe()
        .awaitAssert(
            PATIENCE,
            () -> {
              assertThat((int) await(database.call(c -> number(c, sql)))).isEqualTo(1);
              return null;
            });
  }

  private List<byte[]> payloads(Connection connection) throws SQLException {
    List<byte[]> payloads = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select %s from %s union all select %s from %s"
                    .formatted(
                        quoted("event_payload"),
                        quoted("event_journal"),
                        quoted("snapshot_payload"),
                        quoted("snapshot")))) {
      while (rows.next()) {
        payloads.add(rows.getBytes(1));
      }
    }
    return payloads;
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
  }
}
