package dev.weir.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.conduit.Parcel;
import dev.weir.cluster.error.WeirError;
import dev.weir.cluster.serialization.KryoCodec;
import dev.weir.cluster.serialization.WireRegistry;
import dev.weir.inference.cache.AnswerCache;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Question;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.catalog.Limit;
import dev.weir.inference.catalog.Price;
import dev.weir.inference.catalog.Section;
import dev.weir.inference.catalog.store.Version;
import dev.weir.inference.change.CatalogDesk;
import dev.weir.inference.change.CatalogFollower;
import dev.weir.inference.embedding.EmbedId;
import dev.weir.inference.embedding.EmbedReply;
import dev.weir.inference.embedding.EmbedRequest;
import dev.weir.inference.generation.Flights;
import dev.weir.inference.generation.Generation;
import dev.weir.inference.generation.GenerationId;
import dev.weir.inference.generation.InferenceNode;
import dev.weir.inference.generation.Site;
import dev.weir.inference.item.Content;
import dev.weir.inference.item.Item;
import dev.weir.inference.item.ItemStatus;
import dev.weir.inference.item.Role;
import dev.weir.inference.item.TextFormat;
import dev.weir.inference.item.Tool;
import dev.weir.inference.item.ToolChoice;
import dev.weir.inference.item.Usage;
import dev.weir.inference.limit.Answer;
import dev.weir.inference.limit.Demand;
import dev.weir.inference.limit.Member;
import dev.weir.inference.limit.Snapshot;
import dev.weir.inference.limit.Term;
import dev.weir.inference.limit.Use;
import dev.weir.inference.limit.cluster.LimitNode;
import dev.weir.inference.limit.cluster.LimitOwner;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.EmbedCall;
import dev.weir.inference.provider.FinishReason;
import dev.weir.inference.provider.ModelCall;
import dev.weir.inference.provider.Origin;
import dev.weir.inference.provider.Vectors;
import dev.weir.inference.queue.Asker;
import dev.weir.inference.queue.Workload;
import dev.weir.inference.rollout.Round;
import dev.weir.inference.rollout.Seen;
import dev.weir.inference.rollout.Verdict;
import dev.weir.inference.rollout.cluster.RolloutKeeper;
import dev.weir.inference.shadow.Outcome;
import dev.weir.inference.shadow.Sums;
import dev.weir.inference.shadow.cluster.Shadows;
import dev.weir.inference.warm.Standing;
import dev.weir.inference.warm.Warmer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/**
 * The bytes of today are the bytes of every node still running: a change that breaks one of these
 * breaks a rolling upgrade. When a record grows, its line stays, with what it now reads as.
 */
class InferenceWireTest {

  private static final KryoCodec CODEC = KryoCodec.of(WireRegistry.load(), 128 * 1024);

  /** They hold references, whose text is that of an actor system. */
  private static final Set<Class<?>> WITH_REFERENCES =
      Set.of(
          InferenceNode.Generate.class,
          InferenceNode.Observe.class,
          InferenceNode.Accepted.class,
          InferenceNode.Load.class,
          Flights.Invalidate.class,
          Flights.Survey.class,
          InferenceNode.Embed.class,
          EmbedRequest.class,
          CatalogDesk.Poll.class,
          CatalogDesk.Edit.class,
          CatalogDesk.RollBack.class,
          CatalogDesk.Look.class,
          CatalogFollower.Follow.class,
          LimitOwner.Report.class,
          LimitNode.Claim.class,
          LimitNode.Write.class,
          Shadows.Survey.class,
          Warmer.Survey.class);

  private static final Item MESSAGE =
      new Item.Message(
          "msg_1",
          ItemStatus.COMPLETED,
          Role.USER,
          List.of(
              new Content.InputText("Grüße 😀"),
              new Content.InputImage("https://weir.example/a.png", "low")));
  private static final Tool TOOL = new Tool("f", "does f", "{\"type\":\"object\"}", true);
  private static final GenerationId ID = new GenerationId("resp_1", "generate", 2);

  private static final List<Object> VALUES = values();

  private static List<Object> values() {
    List<Object> values = new ArrayList<>();
    values.addAll(List.of(Role.values()));
    values.addAll(List.of(ItemStatus.values()));
    values.addAll(List.of(FinishReason.values()));
    values.addAll(
        List.of(
            new Content.InputText("Grüße 😀"),
            new Content.InputImage("https://weir.example/a.png", "low"),
            new Content.OutputText("yes"),
            new Content.Refusal("no"),
            MESSAGE,
            new Item.FunctionCall("fc_1", ItemStatus.IN_PROGRESS, "call_1", "f", "{\"a\":1}"),
            new Item.FunctionCallOutput("out_1", ItemStatus.INCOMPLETE, "call_1", "2"),
            new Item.Reasoning("rs_1", ItemStatus.COMPLETED, "hm"),
            TOOL,
            new ToolChoice.Auto(),
            new ToolChoice.None(),
            new ToolChoice.Required(),
            new ToolChoice.Function("f"),
            new ToolChoice.Allowed(List.of("f", "g"), true),
            new TextFormat.Plain(),
            new TextFormat.JsonObject(),
            new TextFormat.JsonSchema("s", "a schema", "{}", true),
            new Usage(300, 200, 100, 50),
            new Delta.Text("Hello"),
            new Delta.Reasoning("hm"),
            new Delta.Refusal("no"),
            new Delta.ToolCall(1, "call_1", "f", "{"),
            new Delta.Consumed(new Usage(1, 0, 2, 0)),
            new Delta.Finished(FinishReason.LENGTH),
            new ModelCall.Sampling(0.5, null, 1.0, null)));
    values.addAll(
        List.of(
            new ModelCall(
                "Be brief.",
                List.of(MESSAGE),
                List.of(TOOL),
                new ToolChoice.Required(),
                false,
                new TextFormat.JsonObject(),
                1000,
                new ModelCall.Sampling(null, 0.9, null, null),
                "high",
                Map.of("sim.tokens", "5"),
                "u1"),
            ID,
            new InferenceNode.Rejected(ID, new WeirError.Internal("code", "Message.")),
            new InferenceNode.Started(ID),
            new InferenceNode.Busy(1, 2, 64),
            Generation.Cancel.NOW,
            new Price(150_000_000, 600_000_000, 30_000_000)));
    values.addAll(List.of(Workload.values()));
    values.add(new Asker("t/u", 3, Workload.BACKGROUND));
    values.add(new InferenceNode.Queued(ID, 7));
    values.addAll(List.of(Origin.values()));
    values.add(new CacheOrder("k", "fast", "local", "t", true, 600_000));
    values.add(new Delta.Came(Origin.FLIGHT, "k"));
    values.add(new Selection("", "fast", "t"));
    values.add(new Flights.Forgotten(3, 1, false));
    values.add(new AnswerCache.Count(1, 700, 4));
    values.add(new Flights.Census(Map.of("fast", new AnswerCache.Count(1, 700, 4))));
    values.addAll(List.of(Section.values()));
    Version version = new Version(7, Instant.ofEpochMilli(1_800_000_000_000L), "put model m", "n");
    values.add(version);
    values.add(new CatalogDesk.Stored(version, 2, 3));
    values.add(new CatalogDesk.Refused(new WeirError.Conflict("catalog_changed", "Message.")));
    values.add(
        new CatalogDesk.Past(List.of(version), new Parcel.Inline<>(ByteString.fromString("{}"))));
    values.addAll(embeddings());
    values.addAll(limits());
    values.add(new Site(Set.of(Workload.BACKGROUND), "eu", "a"));
    Seen seen = new Seen(250_000_000, Verdict.WRONG);
    values.addAll(List.of(Verdict.values()));
    values.addAll(
        List.of(
            new Round("fast", "new", 1),
            seen,
            new RolloutKeeper.Report(new Round("fast", "new", 1), List.of(seen), List.of())));
    values.addAll(shadows());
    Standing standing = new Standing("upstream_auth", "Check its api-key.", 2);
    values.addAll(List.of(standing, new Warmer.Census(Map.of("gpt", standing))));
    Question question = new Question("kin", "Hi");
    values.add(question);
    values.add(new CacheOrder("k", "fast", "local", "", false, 600_000, question));
    values.add(new Delta.Came(Origin.CACHE, "k", 0.5));
    return values;
  }

  /** As it was written before calls had a prefix. */
  private static final String WITHOUT_PREFIX =
      "85080b094265206272696566ae5001f00704056d73675fb109434f4d504c455445c404555345d236"
          + "02ec07010f894772c3bcc39f6520eda0bdedb880ed07021a68747470733a2f2f776569722e657861"
          + "6d706c652f612e706ee7036c6ff72201f4070402826606646f657320e6117b2274797065223a226f"
          + "626a65637422fd010103f707000003fb070002d00f0d040008cdccccccccccec3f000004686967e8"
          + "0f010373696d2e746f6b656ef30382350275b1";

  private static List<Object> shadows() {
    Sums.Side side = new Sums.Side(250_000_000, 900_000_000, 12, 7_200, 1);
    Sums sums = new Sums(Map.of(Outcome.DIFFERENT, 2L), 0.5, side, side);
    Shadows.Line line = new Shadows.Line(new Shadows.Pair("fast", "new"), sums);
    List<Object> values = new ArrayList<>(List.of(Outcome.values()));
    values.addAll(List.of(side, sums, line.pair(), line, new Shadows.Census(List.of(line))));
    return values;
  }

  private static List<Object> embeddings() {
    EmbedId id = new EmbedId("embd_1", 2);
    return List.of(
        id,
        new EmbedReply.Accepted(id),
        new EmbedReply.Started(id),
        new EmbedReply.Embedded(id, new Parcel.Refused<>(WeirError.invalid("p", "m")), 7),
        new EmbedReply.Refused(id, new WeirError.Internal("code", "Message."), -1),
        new EmbedCall(List.of("Grüße"), 256),
        new Vectors(List.of(Vectors.bytes(new float[] {0.5f})), 3));
  }

  private static List<Object> limits() {
    Member member = new Member("node", "local");
    Use use = new Use(7, Use.Phase.ARRIVED, 300, 100);
    Term term = new Term(2, "owner");
    Snapshot snapshot =
        new Snapshot(
            term,
            3,
            new Term(1, "before"),
            9,
            List.of("node", "other"),
            List.of("node"),
            5,
            List.of(new Snapshot.Dated(60, 1, 200)),
            List.of(new Snapshot.Held(member, List.of(use))));
    Limit limit = new Limit("limits.key", 60, 10_000, Duration.ofMinutes(1));
    List<Object> values = new ArrayList<>(List.of(Use.Phase.values()));
    values.addAll(
        List.of(
            member,
            use,
            term,
            limit,
            new Demand(limit, member, 12, List.of(use), 5),
            new Answer(member, 12, List.of(use)),
            snapshot,
            snapshot.dated().getFirst(),
            snapshot.held().getFirst(),
            new LimitOwner.Read("limits.key", "node", term, snapshot, Duration.ofSeconds(9)),
            new LimitOwner.Written("limits.key", "node", term, 3)));
    return values;
  }

  @Test
  void everyTypeHasAValue() {
    Set<Class<?>> covered = new HashSet<>(WITH_REFERENCES);
    VALUES.forEach(value -> covered.add(value.getClass()));
    assertThat(covered).containsExactlyInAnyOrderElementsOf(new InferenceWire().types().values());
  }

  @Test
  void valuesAreWrittenAsBefore() throws IOException {
    assertThat(VALUES.stream().map(CODEC::toBytes).map(HexFormat.of()::formatHex).toList())
        .isEqualTo(golden());
  }

  @Test
  void whatAnOlderNodeSendsIsRead() throws IOException {
    assertThat(golden().stream().map(HexFormat.of()::parseHex).map(CODEC::fromBytes).toList())
        .isEqualTo(VALUES);
  }

  @Test
  void aCallOfANodeThatKnowsNoPrefixHasNone() {
    ModelCall known =
        (ModelCall) VALUES.stream().filter(ModelCall.class::isInstance).findFirst().orElseThrow();
    String bytes = HexFormat.of().formatHex(CODEC.toBytes(known));
    assertThat(CODEC.fromBytes(HexFormat.of().parseHex(WITHOUT_PREFIX))).isEqualTo(known);
    assertThat(bytes).isNotEqualTo(WITHOUT_PREFIX);
  }

  @Test
  void anAttemptOfANodeThatKnowsNoRacesRacesNone() {
    String withoutRaces = "87080306726573705fb10867656e65726174e50104";
    assertThat(CODEC.fromBytes(HexFormat.of().parseHex(withoutRaces))).isEqualTo(ID);
    assertThat(HexFormat.of().formatHex(CODEC.toBytes(ID))).isNotEqualTo(withoutRaces);
  }

  @Test
  void whatANodeHasForgottenThatKnowsNoStoreIsAllThereWas() {
    assertThat(CODEC.fromBytes(HexFormat.of().parseHex("ac080201060102")))
        .isEqualTo(new Flights.Forgotten(3, 1, false));
  }

  @Test
  void whatANodeSendsThatKnowsNoLikenessIsOfEqualCalls() {
    assertThat(
            CODEC.fromBytes(
                HexFormat.of().parseHex("a6080602826b04666173f4056c6f6361ec028274010103809f49")))
        .isEqualTo(new CacheOrder("k", "fast", "local", "t", true, 600_000));
    assertThat(CODEC.fromBytes(HexFormat.of().parseHex("a8080206464c494748d402826b")))
        .isEqualTo(new Delta.Came(Origin.FLIGHT, "k"));
  }

  private static List<String> golden() throws IOException {
    try (InputStream stored =
        InferenceWireTest.class.getResourceAsStream("/golden/inference-wire.txt")) {
      return new String(stored.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
