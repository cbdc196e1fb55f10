package dev.weir.inference.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.AnswerStore.Found;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.cache.Selection;
import dev.weir.inference.item.Usage;
import dev.weir.inference.provider.Delta;
import dev.weir.inference.provider.FinishReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Several nodes and one real Redis. */
class RedisStoreTest {

  private static final Duration TTL = Duration.ofMinutes(10);
  private static final Delta STOP = new Delta.Finished(FinishReason.STOP);
  private static final List<Delta> ANSWER =
      List.of(
          new Delta.Reasoning("Hm."),
          new Delta.Text("Grüße 😀"),
          new Delta.Refusal("No."),
          new Delta.ToolCall(0, "call_1", "f", "{}"),
          new Delta.Consumed(new Usage(7, 1, 3, 2)),
          STOP);

  private static TestRedis redis;

  private final List<AnswerStore> stores = new ArrayList<>();
  private AnswerStore one;
  private AnswerStore other;

  @BeforeAll
  static void startRedis() {
    redis = TestRedis.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void open() {
    redis.with(commands -> commands.flushall());
    one = store(redis.url(), "");
    other = store(redis.url(), "");
  }

  @AfterEach
  void close() {
    stores.forEach(AnswerStore::close);
  }

  private AnswerStore store(String url, String more) {
    AnswerStore store = RedisStore.from(weir("url = \"" + url + "\", timeout = 30s\n" + more));
    await(((RedisStore) store).connected().exceptionally(failed -> null));
    stores.add(store);
    return store;
  }

  private static Config weir(String redis) {
    return ConfigFactory.parseString("cache.redis { " + redis + " }")
        .withFallback(ConfigFactory.load().getConfig("weir"));
  }

  @Test
  void whatOneNodeKeepsAnotherFinds() {
    keep(one, order("k"), begin(one, order("k")));
    Found found = await(other.find(order("k")));
    assertThat(found.answer()).isNotNull();
    assertThat(found.answer().deltas()).isEqualTo(ANSWER);
    assertThat(found.answer().isComplete()).isTrue();
    assertThat(found.left()).isPositive().isLessThanOrEqualTo(TTL);
    assertThat(finds(other, order("another"))).isFalse();
  }

  @Test
  void anAnswerIsKeptForItsTime() {
    keep(one, order("k"), begin(one, order("k")));
    String key = "weir:1:k";
    assertThat(finds(other, order("k"))).isTrue();
    long left = redis.with(commands -> commands.pttl(key));
    assertThat(left).isBetween(1L, TTL.toMillis());
    redis.with(commands -> commands.pexpireat(key, 1L));
    assertThat(finds(other, order("k"))).isFalse();
  }

  @Test
  void whatIsSelectedIsForgottenOnAllNodesAndNothingElse() {
    CacheOrder order = new CacheOrder("k", "m", "d", "t", false, TTL.toMillis());
    List<Selection> hits =
        List.of(
            new Selection("k", "", ""),
            new Selection("", "m", ""),
            new Selection("", "d", ""),
            new Selection("", "", "t"),
            new Selection("k", "d", "t"),
            new Selection("", "", ""));
    List<Selection> misses =
        List.of(
            new Selection("l", "", ""),
            new Selection("", "n", ""),
            new Selection("", "", "s"),
            new Selection("k", "m", "s"),
            new Selection("l", "", "t"));
    for (Selection hit : hits) {
      keep(one, order, begin(one, order));
      for (Selection miss : misses) {
        assertThat(await(other.forget(miss))).isTrue();
      }
      assertThat(finds(one, order)).as("before %s", hit).isTrue();
      assertThat(await(other.forget(hit))).isTrue();
      assertThat(finds(one, order)).as("after %s", hit).isFalse();
    }
  }

  @Test
  void whatWasBegunBeforeItWasForgottenDoesNotComeBack() {
    AnswerStore.Mark before = begin(one, order("k"));
    await(other.forget(new Selection("", "m", "")));
    keep(one, order("k"), before);
    assertThat(finds(one, order("k"))).isFalse();
    keep(one, order("k"), begin(one, order("k")));
    assertThat(finds(other, order("k"))).isTrue();
  }

  @Test
  void aBookThatIsLostTakesEverythingAlong() {
    AnswerStore.Mark before = begin(one, order("k"));
    keep(one, order("k"), before);
    redis.with(commands -> commands.del("weir:1:book"));
    assertThat(finds(other, order("k"))).isFalse();
    keep(one, order("k"), before);
    assertThat(finds(other, order("k"))).isFalse();
    keep(one, order("k"), begin(one, order("k")));
    assertThat(finds(other, order("k"))).isTrue();
  }

  @Test
  void aRedisThatCameBackWithoutItsLastWritesHasForgottenEverything() {
    await(one.forget(new Selection("", "other", "")));
    keep(one, order("k"), begin(one, order("k")));
    byte[] past = redis.with(commands -> commands.dump("weir:1:book"));
    await(one.forget(new Selection("", "m", "")));
    redis.with(commands -> commands.del("weir:1:book"));
    redis.with(commands -> commands.restore("weir:1:book", 0, past));
    assertThat(finds(one, order("k"))).isFalse();
    assertThat(finds(other, order("k"))).isFalse();
  }

  @Test
  void aBookThatIsTooLongIsBegunAnew() {
    keep(one, order("k"), begin(one, order("k")));
    String fill =
        "for i = 1, tonumber(ARGV[1]) do redis.call('HSET', KEYS[1], 'x' .. i, '0') end return 1";
    String most = String.valueOf(RedisStore.MOST_SELECTIONS);
    redis.with(
        commands ->
            commands.<Long>eval(
                fill,
                io.lettuce.core.ScriptOutputType.INTEGER,
                new String[] {"weir:1:book"},
                most.getBytes(StandardCharsets.UTF_8)));
    assertThat(finds(other, order("k"))).isTrue();
    await(other.forget(new Selection("", "another", "")));
    long fields = redis.with(commands -> commands.hlen("weir:1:book"));
    assertThat(fields).isEqualTo(2);
    assertThat(finds(one, order("k"))).isFalse();
  }

  /** Against what should be there, by seeds: who began when, and what was forgotten since. */
  @Test
  void nothingThatWasForgottenSinceItBeganIsEverFound() {
    for (long seed = 1; seed <= 5; seed++) {
      redis.with(commands -> commands.flushall());
      simulate(new SplittableRandom(seed));
    }
  }

  /** A call under way, or what it brought. */
  private static final class Begun {
    private final CacheOrder order;
    private final AnswerStore.@Nullable Mark mark;
    private boolean forgotten;

    Begun(CacheOrder order, AnswerStore.@Nullable Mark mark) {
      this.order = order;
      this.mark = mark;
    }
  }

  private void simulate(SplittableRandom random) {
    List<AnswerStore> nodes = List.of(one, other);
    List<Begun> begun = new ArrayList<>();
    Map<String, Begun> kept = new HashMap<>();
    for (int step = 0; step < 400; step++) {
      AnswerStore node = nodes.get(random.nextInt(2));
      CacheOrder order = drawn(random);
      switch (random.nextInt(4)) {
        case 0 -> {
          Found found = await(node.find(order));
          Begun there = kept.get(order.key());
          assertThat(found.answer() != null)
              .as("step %d, %s", step, order)
              .isEqualTo(there != null && !there.forgotten);
          begun.add(new Begun(order, found.mark()));
        }
        case 1, 2 -> {
          if (!begun.isEmpty()) {
            Begun done = begun.remove(random.nextInt(begun.size()));
            keep(node, done.order, done.mark);
            await(node.find(done.order));
            kept.put(done.order.key(), done);
          }
        }
        default -> {
          Selection selection =
              new Selection(
                  random.nextInt(3) == 0 ? order.key() : "",
                  random.nextInt(2) == 0 ? order.model() : "",
                  random.nextInt(2) == 0 ? order.tag() : "");
          await(node.forget(selection));
          begun.forEach(one -> one.forgotten |= selection.includes(one.order));
          kept.values().forEach(one -> one.forgotten |= selection.includes(one.order));
        }
      }
    }
  }

  private static CacheOrder drawn(SplittableRandom random) {
    int number = random.nextInt(12);
    return new CacheOrder(
        "k" + number, "m" + number % 2, "d" + number % 3, "t" + number % 4, false, TTL.toMillis());
  }

  @Test
  void whatIsTooLargeIsNotPut() {
    AnswerStore small = store(redis.url(), "max-entry = 1k");
    List<Delta> large = List.of(new Delta.Text("x".repeat(2000)), STOP);
    small.keep(order("large"), begin(small, order("large")), Replay.of("large", large));
    assertThat(finds(small, order("large"))).isFalse();
    small.keep(order("small"), begin(small, order("small")), Replay.of("small", List.of(STOP)));
    assertThat(finds(small, order("small"))).isTrue();
  }

  @Test
  void whatCannotBeReadIsNotThereAndGivesWay() {
    redis.with(commands -> commands.psetex("weir:1:k", 60_000, new byte[] {1, 2, 3}));
    assertThat(finds(one, order("k"))).isFalse();
    keep(one, order("other"), begin(one, order("other")));
    assertThat(finds(one, order("other"))).isTrue();
    redis.with(commands -> commands.psetex("weir:1:k", 60_000, commands.get("weir:1:other")));
    assertThat(finds(one, order("k"))).isFalse();
    keep(one, order("k"), begin(one, order("k")));
    assertThat(finds(other, order("k"))).isTrue();
  }

  @Test
  void anAnswerThatBreaksOffIsNoAnswer() {
    AnswerStore.Mark mark = begin(one, order("k"));
    one.keep(order("k"), mark, Replay.of("k", List.of(new Delta.Text("Half"))));
    assertThat(finds(one, order("k"))).isFalse();
  }

  @Test
  void whatWasKeptOnceIsReadForGood() {
    byte[] stored = HexFormat.of().parseHex(GOLDEN);
    AnswerCbor.Kept kept = new AnswerCbor.Kept("k", new AnswerStore.Mark("e", 3), ANSWER);
    assertThat(AnswerCbor.write(kept).map(HexFormat.of()::formatHex)).contains(GOLDEN);
    assertThat(AnswerCbor.read(stored)).contains(kept);
  }

  private static final String GOLDEN =
      "bf636b6579616b646d61726bbf6565706f63686165666e756d62657203ff6664656c74617386bf64"
          + "7479706569726561736f6e696e67647465787463486d2effbf647479706564746578746474657874"
          + "6c4772c3bcc39f6520f09f9880ffbf6474797065677265667573616c6474657874634e6f2effbf64"
          + "7479706569746f6f6c5f63616c6c65696e646578006663616c6c49646663616c6c5f31646e616d65"
          + "616669617267756d656e7473627b7dffbf647479706568636f6e73756d6564657573616765bf6b69"
          + "6e707574546f6b656e730771636163686564496e707574546f6b656e73016c6f7574707574546f6b"
          + "656e73036f726561736f6e696e67546f6b656e7302ffffbf64747970656866696e69736865646672"
          + "6561736f6e6453544f50ffff";

  @Test
  void anAnswerThatHasNoBytesIsNotPut() {
    AnswerStore.Mark mark = begin(one, order("k"));
    one.keep(order("k"), mark, Replay.of("k", List.of(new Delta.Text("\ud83d"), STOP)));
    assertThat(finds(one, order("k"))).isFalse();
  }

  @Test
  void whileRedisIsDeadCallsGoOnWithoutItAndAfterwardsWithItAgain() {
    try (TestRedis mortal = TestRedis.start()) {
      AnswerStore store = store(mortal.url(), "pause = 10ms");
      keep(store, order("k"), begin(store, order("k")));
      assertThat(finds(store, order("k"))).isTrue();
      List<String> told = listen();
      mortal.kill();
      for (int call = 0; call < 20; call++) {
        assertThat(await(store.find(order("k")))).isEqualTo(Found.NOTHING);
      }
      assertThat(await(store.forget(new Selection("k", "", "")))).isFalse();
      mortal.restart();
      eventually(() -> assertThat(await(store.find(order("k"))).mark()).isNotNull());
      assertThat(finds(store, order("k"))).isFalse();
      keep(store, order("k"), begin(store, order("k")));
      assertThat(finds(store, order("k"))).isTrue();
      assertThat(told)
          .containsExactly("redis does not answer, calls go on without it", "redis answers again");
    }
  }

  /** What the link tells operators from now on. */
  private static List<String> listen() {
    List<String> lines = new CopyOnWriteArrayList<>();
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
              lines.add(event.getFormattedMessage());
            }
          }
        };
    appender.start();
    ((Logger) LoggerFactory.getLogger(RedisLink.class)).addAppender(appender);
    return lines;
  }

  @Test
  void whoeverStartsBeforeRedisFindsItLater() {
    try (TestRedis late = TestRedis.start()) {
      late.kill();
      AnswerStore store = store(late.url(), "pause = 10ms");
      assertThat(await(store.find(order("k")))).isEqualTo(Found.NOTHING);
      late.restart();
      eventually(() -> assertThat(await(store.find(order("k"))).mark()).isNotNull());
    }
  }

  @Test
  void aRedisThatSaysNothingIsNotWaitedFor() {
    try (TestRedis frozen = TestRedis.start()) {
      AnswerStore store = store(frozen.url(), "pause = 10ms, timeout = 100ms");
      eventually(() -> begin(store, order("k")));
      frozen.freeze();
      for (int call = 0; call < 5; call++) {
        assertThat(await(store.find(order("k")))).isEqualTo(Found.NOTHING);
      }
      frozen.thaw();
      eventually(() -> assertThat(await(store.find(order("k"))).mark()).isNotNull());
    }
  }

  @Test
  void aPasswordLetsIn() {
    try (TestRedis locked = TestRedis.start("p4ss@:/?#")) {
      AnswerStore inside = store(locked.url(), "");
      keep(inside, order("k"), begin(inside, order("k")));
      assertThat(finds(inside, order("k"))).isTrue();
      AnswerStore outside = store("redis://:wrong@127.0.0.1:" + locked.port(), "");
      assertThat(await(outside.find(order("k")))).isEqualTo(Found.NOTHING);
      assertThat(inside.toString() + RedisSettings.from(weir("url = \"" + locked.url() + "\"")))
          .doesNotContain("p4ss");
    }
  }

  @Test
  void withoutAUrlThereIsNone() {
    assertThat(RedisStore.from(weir(""))).isSameAs(AnswerStore.NONE);
  }

  @Test
  void aUrlThatIsNoneIsRefusedByNameAndNotShown() {
    for (String wrong :
        List.of(
            "127.0.0.1:6379",
            "http://:s3cret@h",
            "redis://",
            "redis://:s3cret@h:port",
            "nonsense s3cret")) {
      assertThatThrownBy(() -> RedisStore.from(weir("url = \"" + wrong + "\"")))
          .as(wrong)
          .hasMessageContaining("weir.cache.redis.url")
          .hasMessageContaining("redis://[[user]:password@]host")
          .hasMessageNotContaining("s3cret")
          .hasNoCause();
    }
  }

  @Test
  void everySettingIsReadAndChecked() {
    RedisSettings told =
        RedisSettings.from(
                weir(
                    "url = \"rediss://u:p@h:7/2\", prefix = p, timeout = 7ms, pause = 3s,"
                        + " max-entry = 9k"))
            .orElseThrow();
    assertThat(told.uri().isSsl()).isTrue();
    assertThat(told.uri().isVerifyPeer()).isTrue();
    assertThat(told.uri().getDatabase()).isEqualTo(2);
    assertThat(told.place()).isEqualTo("h:7");
    assertThat(told.prefix()).isEqualTo("p");
    assertThat(told.timeout()).isEqualTo(Duration.ofMillis(7));
    assertThat(told.pause()).isEqualTo(Duration.ofSeconds(3));
    assertThat(told.maxEntry()).isEqualTo(9 * 1024);
    for (String wrong : List.of("prefix = \"\"", "timeout = 0s", "pause = 0s", "max-entry = 0")) {
      assertThatThrownBy(() -> RedisSettings.from(weir("url = \"redis://h\", " + wrong)))
          .hasMessageContaining("weir.cache.redis." + wrong.substring(0, wrong.indexOf(' ')));
    }
  }

  private static CacheOrder order(String key) {
    return new CacheOrder(key, "m", "d", "", false, TTL.toMillis());
  }

  private static AnswerStore.Mark begin(AnswerStore store, CacheOrder order) {
    AnswerStore.Mark mark = await(store.find(order)).mark();
    if (mark == null) {
      throw new AssertionError("no mark");
    }
    return mark;
  }

  private static void keep(AnswerStore store, CacheOrder order, AnswerStore.@Nullable Mark mark) {
    if (mark == null) {
      throw new AssertionError("no mark");
    }
    store.keep(order, mark, Replay.of(order.key(), ANSWER));
    await(store.find(order));
  }

  private static boolean finds(AnswerStore store, CacheOrder order) {
    Found found = await(store.find(order));
    assertThat(found.mark()).as("Redis has answered").isNotNull();
    return found.answer() != null;
  }

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static void eventually(Runnable holds) {
    ActorTestKit kit = ActorTestKit.create();
    try {
      TestProbe<Void> probe = kit.createTestProbe();
      probe.awaitAssert(
          Duration.ofSeconds(60),
          () -> {
            holds.run();
            return true;
          });
    } finally {
      kit.shutdownTestKit();
    }
  }
}
