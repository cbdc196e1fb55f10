package dev.weir.inference.cache.redis;

import com.typesafe.config.Config;
import dev.weir.cluster.telemetry.Metrics;
import dev.weir.inference.cache.AnswerStore;
import dev.weir.inference.cache.CacheOrder;
import dev.weir.inference.cache.Replay;
import dev.weir.inference.cache.Selection;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Answers in one Redis, each under its key until its time is over.
 *
 * <p>What is forgotten is written into one <em>book</em>: a number that rises with each entry, and
 * for each selection the number at which it was forgotten last. An answer carries the number at
 * which its call began; one that is older than any selection that includes it is as good as gone,
 * whenever it was put there. So nothing has to be searched for, and an answer that comes late does
 * not bring back what was forgotten.
 *
 * <p>A book belongs to an epoch. One that is lost or too long, or has gone back behind what this
 * node has seen (a Redis that came back without its last writes), is begun anew, and with it
 * everything that was kept is forgotten.
 */
public final class RedisStore implements AnswerStore {

  /** Books with more selections are begun anew. */
  static final int MOST_SELECTIONS = 10_000;

  private static final byte[] FIND =
      utf8(
          """
          local book = redis.call('HMGET', KEYS[1], 'epoch', 'number')
          if not book[1] or not book[2]
              or (book[1] == ARGV[2] and tonumber(book[2]) < tonumber(ARGV[3])) then
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'number', '0')
            book = {ARGV[1], '0'}
          end
          local forgotten = 0
          for i = 4, #ARGV do
            local at = redis.call('HGET', KEYS[1], ARGV[i])
            if at and tonumber(at) > forgotten then forgotten = tonumber(at) end
          end
          local answer = redis.call('GET', KEYS[2])
          return {book[1], book[2], tostring(forgotten), tostring(redis.call('PTTL', KEYS[2])), answer}
          """);

  private static final byte[] FORGET =
      utf8(
          """
          local epoch = redis.call('HGET', KEYS[1], 'epoch')
          if not epoch or ARGV[2] == '' or redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then
            redis.call('DEL', KEYS[1])
            redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'number', '0')
            return {ARGV[1], '0'}
          end
          local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
          redis.call('HSET', KEYS[1], ARGV[2], number)
          return {epoch, tostring(number)}
          """);

  private final RedisSettings settings;
  private final RedisLink link;
  private final byte[] book;

  /** The newest this node has seen; what is behind it has lost writes. */
  private Mark known = new Mark("", 0);

  private RedisStore(RedisSettings settings) {
    this.settings = settings;
    this.link = new RedisLink(settings);
    this.book = utf8(settings.prefix() + ":" + AnswerCbor.FORMAT + ":book");
  }

  /** The store that {@code weir.cache.redis} names, or none. Does not wait for it. */
  public static AnswerStore from(Config weir) {
    return RedisSettings.from(weir).<AnswerStore>map(RedisStore::new).orElse(AnswerStore.NONE);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] key(CacheOrder order) {
    return utf8(settings.prefix() + ":" + AnswerCbor.FORMAT + ":" + order.key());
  }

  @Override
  public CompletionStage<Found> find(CacheOrder order) {
    List<byte[]> arguments = new ArrayList<>();
    Mark newest = known();
    arguments.add(utf8(UUID.randomUUID().toString()));
    arguments.add(utf8(newest.epoch()));
    arguments.add(utf8(String.valueOf(newest.number())));
    Selection.including(order).forEach(selection -> arguments.add(utf8(selection.digest())));
    return link.<List<Object>>ask(
            "find",
            redis ->
                redis.eval(
                    FIND,
                    ScriptOutputType.MULTI,
                    new byte[][] {book, key(order)},
                    arguments.toArray(byte[][]::new)))
        .thenApply(reply -> found(order, reply))
        .exceptionally(away -> Found.NOTHING);
  }

  private Found found(CacheOrder order, List<Object> reply) {
    Mark now = new Mark(text(reply.get(0)), Long.parseLong(text(reply.get(1))));
    know(now);
    Found none = new Found(null, Duration.ZERO, now);
    byte[] bytes = (byte[]) reply.get(4);
    Duration left = Duration.ofMillis(Long.parseLong(text(reply.get(3))));
    if (bytes == null || !left.isPositive()) {
      Metrics.redis("find", "miss");
      return none;
    }
    AnswerCbor.Kept kept = AnswerCbor.read(bytes).filter(read -> isWhole(read, order)).orElse(null);
    if (kept == null) {
      Metrics.redis("find", "unreadable");
      return none;
    }
    boolean forgotten =
        !kept.mark().epoch().equals(now.epoch())
            || kept.mark().number() < Long.parseLong(text(reply.get(2)));
    Metrics.redis("find", forgotten ? "forgotten" : "hit");
    return forgotten ? none : new Found(Replay.of(order.key(), kept.deltas()), left, now);
  }

  private static boolean isWhole(AnswerCbor.Kept kept, CacheOrder order) {
    return kept.key().equals(order.key()) && Replay.of(order.key(), kept.deltas()).isComplete();
  }

  private static String text(@Nullable Object value) {
    return new String((byte[]) value, StandardCharsets.UTF_8);
  }

  @Override
  public void keep(CacheOrder order, Mark mark, Replay answer) {
    byte[] bytes =
        AnswerCbor.write(new AnswerCbor.Kept(order.key(), mark, answer.deltas())).orElse(null);
    if (bytes == null || bytes.length > settings.maxEntry()) {
      Metrics.redis("keep", bytes == null ? "unwritable" : "too_large");
      return;
    }
    link.ask("keep", redis -> redis.set(key(order), bytes, SetArgs.Builder.px(order.ttlMillis())))
        .thenRun(() -> Metrics.redis("keep", "done"))
        .exceptionally(away -> null);
  }

  @Override
  public CompletionStage<Boolean> forget(Selection selection) {
    return link.<List<Object>>ask(
            "forget",
            redis ->
                redis.eval(
                    FORGET,
                    ScriptOutputType.MULTI,
                    new byte[][] {book},
                    utf8(UUID.randomUUID().toString()),
                    utf8(selection.isAll() ? "" : selection.digest()),
                    utf8(String.valueOf(MOST_SELECTIONS))))
        .thenApply(
            reply -> {
              know(new Mark(text(reply.get(0)), Long.parseLong(text(reply.get(1)))));
              Metrics.redis("forget", "done");
              return true;
            })
        .exceptionally(away -> false);
  }

  private synchronized Mark known() {
    return known;
  }

  private synchronized void know(Mark now) {
    if (!now.epoch().equals(known.epoch()) || now.number() > known.number()) {
      known = now;
    }
  }

  @Override
  public void close() {
    link.close();
  }

  /** Completes when the first try to connect has, and fails as it did. */
  CompletionStage<Void> connected() {
    return link.connected();
  }
}
